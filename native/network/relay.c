#define _GNU_SOURCE
#include "network/relay.h"
#include "base/say.h"
#include "network/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Carries connections from the published ports to the program. This process stands in the program's network namespace,
 * and the listening sockets belong to the one outside: a socket stays in the namespace in which it was made. */

/* A published port: what connects to its socket reaches the target. */
struct entrance {
	struct source source;
	struct target target;
};

/* Returns the target of a port of the program: first by IPv4, then by IPv6. */
static struct target loopback(int port)
{
	struct target target = { .first_length = sizeof(struct sockaddr_in), .second_length = sizeof(struct sockaddr_in6) };

	*(struct sockaddr_in *)&target.first = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
								     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	*(struct sockaddr_in6 *)&target.second = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port),
									.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	return target;
}

static int epoll;
static struct entrance entrances[PUBLISHED_MAX];
static size_t entrance_count;

static void watch(struct source *source)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, source->fd, &event) < 0)
		say("cannot wait at a published port: %s", strerror(errno));
}

static void arrived(struct source *source, uint32_t events)
{
	struct timespec breath = { .tv_nsec = 10000000 };
	int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd >= 0)
		connection_begin(epoll, fd, &((struct entrance *)source)->target, -1);
	else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
		nanosleep(&breath, NULL); /* it waits in the backlog until another connection has ended */
}

/* Lets connections in, because the program is there. What came before has waited in the backlog. */
static void opened(struct source *source, uint32_t events)
{
	(void)events;
	epoll_ctl(epoll, EPOLL_CTL_DEL, source->fd, NULL);
	for (size_t i = 0; i < entrance_count; i++)
		watch(&entrances[i].source);
}

static void child_ended(struct source *source, uint32_t events)
{
	struct signalfd_siginfo info;

	(void)events;
	while (read(source->fd, &info, sizeof(info)) == sizeof(info))
		;
}

/* Relays until init has ended; returns its status. */
int relay_until_ended(const struct network *network, pid_t init)
{
	struct source go = { opened, network->go }, child = { child_ended, -1 };
	struct epoll_event events[64];
	sigset_t signals;
	int status;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD); /* blocked since supervise() */
	child.fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	for (entrance_count = 0; entrance_count < network->count; entrance_count++)
		entrances[entrance_count] = (struct entrance){ { arrived, network->published[entrance_count].listener },
						   loopback(network->published[entrance_count].inside) };
	watch(&child);
	watch(&go);
	while (waitpid(init, &status, WNOHANG) == 0) {
		int count = epoll_wait(epoll, events, 64, -1);

		for (int i = 0; i < count; i++) {
			struct source *source = events[i].data.ptr;

			source->happened(source, events[i].events);
		}
		connection_sweep();
	}
	return status;
}
