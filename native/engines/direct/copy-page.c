#define _GNU_SOURCE
#include "engines/direct/copy-page.h"
#include "base/list.h"
#include "base/say.h"
#include "generation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

int copy_page_make(const struct restore *restore)
{
	struct generation page = { .program = getpid() };
	const char *path = copyf("%s/mark", restore->record);
	unsigned long long random = 0;
	int fd;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		die(CRAC_EXIT_ENGINE, "cannot draw random numbers: %s", strerror(errno));
	page.copy = (double)((random >> 12) | 1);
	snprintf(page.record, sizeof(page.record), "%s", restore->record);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, &page, sizeof(page)) != sizeof(page))
		die(CRAC_EXIT_ENGINE, "cannot write %s: %s", path, strerror(errno));
	return fd;
}
