#define _GNU_SOURCE
#include "supervisor/generation-page.h"
#include "base/list.h"
#include "base/record.h"
#include "base/say.h"
#include "base/self.h"
#include "generation.h"
#include "supervisor/first-pid.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static int page_fd = -1;

/* Returns the path beside this binary; an image's copy of it is told by the image. */
static char *default_place(void)
{
	const char *self = self_path();

	return self ? copyf("%.*s/mark", (int)(strrchr(self, '/') - self), self) : NULL;
}

/* Mounts a new page over the image's place for it, or the one beside this binary, in init's own mount namespace. */
void generation_show(const struct generation_page *page, const char *record, pid_t program)
{
	struct generation generation = { .program = program, .pid_offset = pid_offset(page->pid_alias, program) };
	const char *place = page->place;
	char *path = copyf("%s/mark", record);
	unsigned long long random = 0;

	if (!place)
		place = default_place();
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		die(CRAC_EXIT_ENGINE, "cannot draw random numbers: %s", strerror(errno));
	generation.copy = (double)((random >> 12) | 1);
	snprintf(generation.record, sizeof(generation.record), "%s", record);
	page_fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (page_fd < 0 || write(page_fd, &generation, sizeof(generation)) != sizeof(generation) || fchmod(page_fd, 0644) < 0)
		die(CRAC_EXIT_ENGINE, "cannot write %s: %s", path, strerror(errno));
	if (!place || mount(path, place, NULL, MS_BIND, NULL) < 0)
		die(CRAC_EXIT_NAMESPACE, "cannot mount over %s: %s. If the file is missing, `crac doctor` says how it is built",
		    place ? place : "the mark", strerror(errno));
	free(path);
}

static int write_own(const char *path, const char *record, struct generation *page)
{
	unsigned long long random = 0;
	int fd;

	page->pid_namespace = pid_namespace();
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		die(CRAC_EXIT_ENGINE, "cannot draw random numbers: %s", strerror(errno));
	page->copy = (double)((random >> 12) | 1);
	snprintf(page->record, sizeof(page->record), "%s", record);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, page, sizeof(*page)) != sizeof(*page))
		die(CRAC_EXIT_ENGINE, "cannot write %s: %s", path, strerror(errno));
	return fd;
}

/* Makes the page of a program that stands in no namespaces, in its record; returns a descriptor of it. */
int generation_own(const char *record, const char *pid_alias)
{
	struct generation page = { .program = getpid(), .pid_offset = pid_offset(pid_alias, getpid()) };

	return write_own(copyf("%s/mark", record), record, &page);
}

/* Makes the page of a child of the program that has this one; the child is this process. */
int generation_of_member(const char *record, int of_program)
{
	struct generation page;

	if (pread(of_program, &page, sizeof(page), 0) != sizeof(page))
		die(CRAC_EXIT_ENGINE, "cannot read %s/mark: %s", record, strerror(errno));
	page.member = getpid();
	return write_own(copyf("%s/mark-%d", record, (int)getpid()), record, &page);
}

/* Notes the program's PID; called in the process that becomes the program. */
void generation_of_program(void)
{
	double program = getpid();

	if (pwrite(page_fd, &program, sizeof(program), offsetof(struct generation, program)) != sizeof(program))
		say("warning: cannot write the mark: %s", strerror(errno));
}
