#include "base/self.h"

#include <limits.h>
#include <stddef.h>
#include <unistd.h>

const char *self_path(void)
{
	static char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[length > 0 ? length : 0] = '\0';
	return length > 0 ? path : NULL;
}

static pid_t restoring;

void restores_here(void)
{
	restoring = getpid();
}

bool is_restoring(void)
{
	return getpid() == restoring;
}
