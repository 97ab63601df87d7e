#define _GNU_SOURCE
#include "crac.h"
#include "generation.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static int mark_fd = -1;

/* Beside this binary; an image's copy of it is told by the image. */
static char *default_place(void)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (length < 0)
		return NULL;
	path[length] = '\0';
	return copyf("%s/mark", dirname(path));
}

/* Mounts a new mark over the image's place for it, or the one beside this binary, in init's own mount namespace. */
void mark_show(const struct job *job, pid_t program)
{
	struct mark mark = { .program = program, .pid_offset = pid_offset(job->pid_alias, program) };
	const char *place = job->mark;
	char *path = copyf("%s/mark", job->record);
	unsigned long long random = 0;

	if (!place)
		place = default_place();
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		die(CRAC_EXIT_ENGINE, "cannot draw random numbers: %s", strerror(errno));
	mark.copy = (double)((random >> 12) | 1);
	snprintf(mark.record, sizeof(mark.record), "%s", job->record);
	mark_fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (mark_fd < 0 || write(mark_fd, &mark, sizeof(mark)) != sizeof(mark) || fchmod(mark_fd, 0644) < 0)
		die(CRAC_EXIT_ENGINE, "cannot write %s: %s", path, strerror(errno));
	if (!place || mount(path, place, NULL, MS_BIND, NULL) < 0)
		die(CRAC_EXIT_NAMESPACE, "cannot mount over %s: %s. If the file is missing, `crac doctor` says how it is built",
		    place ? place : "the mark", strerror(errno));
	free(path);
}

/* Called in the process that becomes the program. */
void mark_program(void)
{
	double program = getpid();

	if (pwrite(mark_fd, &program, sizeof(program), offsetof(struct mark, program)) != sizeof(program))
		say("warning: cannot write the mark: %s", strerror(errno));
}
