#define _GNU_SOURCE
#include "restore/port-locks.h"
#include "base/deadline.h"
#include "base/list.h"
#include "base/record.h"
#include "base/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* One lock for each port, from the look whether it is free until the program listens there. They are bytes of one file,
 * so that any number of them is one descriptor, and are taken from the lowest port up, so that two restores never wait
 * for each other. */

static int fd = -1;
static int *wanted, wanted_count; /* in ascending order */

void port_lock_add(int port)
{
	int at = wanted_count;

	while (at > 0 && wanted[at - 1] > port)
		at--;
	if (at > 0 && wanted[at - 1] == port)
		return;
	wanted = realloc(wanted, (wanted_count + 1) * sizeof(*wanted));
	if (!wanted)
		die(CRAC_EXIT_ENGINE, "no memory for the locks of ports: %s", strerror(errno));
	memmove(wanted + at + 1, wanted + at, (wanted_count++ - at) * sizeof(*wanted));
	wanted[at] = port;
}

static bool lock(int type, int port)
{
	struct flock range = { .l_type = type, .l_whence = SEEK_SET, .l_start = port, .l_len = 1 };

	return fcntl(fd, F_OFD_SETLK, &range) == 0;
}

static void take(int port)
{
	struct timespec step = { .tv_nsec = 2000000 };

	while (!lock(F_WRLCK, port)) {
		if (errno != EAGAIN && errno != EACCES)
			die(CRAC_EXIT_ENGINE, "cannot lock port %d in %s: %s", port, runtime_directory(), strerror(errno));
		if (deadline_over())
			die_late(copyf("another restore that listens on port %d is not done (`crac ps` lists what runs)", port));
		nanosleep(&step, NULL);
	}
}

void port_locks_take(void)
{
	if (wanted_count == 0)
		return;
	fd = open(copyf("%s/ports.lock", runtime_directory()), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		die(CRAC_EXIT_ENGINE, "cannot make %s/ports.lock: %s", runtime_directory(), strerror(errno));
	for (int i = 0; i < wanted_count; i++)
		take(wanted[i]);
}

void port_locks_release(void)
{
	struct flock all = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	if (fd < 0)
		return;
	fcntl(fd, F_OFD_SETLK, &all); /* not only closed: init holds a copy of this descriptor */
	close(fd);
	fd = -1;
}

int port_locks_fd(void)
{
	return fd;
}
