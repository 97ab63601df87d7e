#define _GNU_SOURCE
#include "network/drain.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LISTENERS_MAX 64

/* Listening unix sockets of the program, which stands still and accepts nothing. */
static struct pollfd listeners[LISTENERS_MAX];
static nfds_t count;

/* Adds PID:FD, as seen from here. A listener that is gone needs no draining. */
void drain_add(const char *text)
{
	char *rest;
	pid_t pid = strtol(text, &rest, 10);
	int process, fd;

	if (*rest != ':' || count == LISTENERS_MAX)
		return;
	process = syscall(SYS_pidfd_open, pid, 0);
	if (process < 0)
		return;
	fd = syscall(SYS_pidfd_getfd, process, atoi(rest + 1), 0);
	close(process);
	if (fd >= 0)
		listeners[count++] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

/* Takes clients that wait there: the engine refuses a program with a client in its backlog that has gone away. Clients
 * that are still there are kept until the engine is done, and then see the end of the connection, as they would by the
 * end of the program. */
void drain(void)
{
	if (count == 0 || poll(listeners, count, 0) <= 0)
		return;
	for (nfds_t i = 0; i < count; i++)
		/* Another process of the program may take it first: a listener that waits would hold us up. */
		if ((listeners[i].revents & POLLIN) && (fcntl(listeners[i].fd, F_GETFL) & O_NONBLOCK))
			accept4(listeners[i].fd, NULL, NULL, SOCK_CLOEXEC);
}
