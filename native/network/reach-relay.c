#define _GNU_SOURCE
#include "network/reach-relay.h"
#include "base/list.h"
#include "base/say.h"
#include "network/address.h"
#include "network/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The process `crac-reach`, outside: takes what the program connects to at the listening sockets of the inside, and
 * carries it to the servers of this machine that have the same addresses. */

/* A listening socket of the inside. */
struct door {
	struct source source;
	const struct reached *to;
};

static int epoll, connections;
static const char *directory;

/* Makes one file for each connection, in their order. */
static int new_record(const struct reached *to)
{
	char *name, *path;
	int fd;

	if (!directory)
		return -1;
	name = address_text(&to->address);
	path = copyf("%s/%06d-%s", directory, ++connections, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		say("cannot record what the program sends: %s: %s", path, strerror(errno));
	free(path);
	free(name);
	return fd;
}

static void arrived(struct source *source, uint32_t events)
{
	const struct reached *to = ((struct door *)source)->to;
	struct target target = { .first = to->address, .first_length = to->length };
	struct timespec breath = { .tv_nsec = 10000000 };
	int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd >= 0)
		connection_begin(epoll, fd, &target, new_record(to));
	else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
		nanosleep(&breath, NULL); /* it waits in the backlog until another connection has ended */
}

/* Receives the next listening socket of the inside; -1 when there are no more. */
static int receive(int from)
{
	char byte, space[CMSG_SPACE(sizeof(int))];
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof(space) };
	struct cmsghdr *control;
	int fd;

	if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) <= 0 || !(control = CMSG_FIRSTHDR(&message)))
		return -1;
	memcpy(&fd, CMSG_DATA(control), sizeof(fd));
	return fd;
}

/* Carries connections to this machine; `from` hands the listening sockets out, in the order of network->reached. */
_Noreturn void reach_relay(const struct network *network, int from)
{
	static struct door doors[REACHED_MAX];
	struct epoll_event events[64];
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "crac-reach");
	epoll = epoll_create1(EPOLL_CLOEXEC);
	directory = network->record_sent;
	for (size_t i = 0; i < network->reached_count && (fd = receive(from)) >= 0; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = &doors[i].source };

		doors[i] = (struct door){ { arrived, fd }, &network->reached[i] };
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
			say("cannot wait for connections of the program: %s", strerror(errno));
	}
	close(from);
	for (;;) {
		int count = epoll_wait(epoll, events, 64, -1);

		for (int i = 0; i < count; i++) {
			struct source *source = events[i].data.ptr;

			source->happened(source, events[i].events);
		}
		connection_sweep();
	}
}
