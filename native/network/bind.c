#include "network/bind.h"
#include "base/deadline.h"

#include <errno.h>
#include <time.h>

/* The milliseconds in which the kernel closes sockets of a process that was just killed and still has the port. */
#define FREED_WITHIN 1000

/* Binds as bind(2) does, but for a port that is taken it looks again for up to a second. */
bool bind_soon(int fd, const struct sockaddr *where, socklen_t length)
{
	struct timespec step = { .tv_nsec = 10000000 };
	long long until = 0;

	while (bind(fd, where, length) < 0) {
		if (errno != EADDRINUSE)
			return false;
		if (until == 0)
			until = milliseconds() + FREED_WITHIN;
		if (milliseconds() >= until || deadline_over()) {
			errno = EADDRINUSE;
			return false;
		}
		nanosleep(&step, NULL);
	}
	return true;
}
