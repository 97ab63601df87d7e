#define _GNU_SOURCE
#include "supervisor/parent-socket.h"
#include "base/file.h"
#include "base/say.h"
#include "supervisor/agent.h"
#include "supervisor/messages.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define PARKED_MAX 64

/* The program's own standard input, output and error, kept here while it is dumped (see native/addon/pass-fds.c). */
static int parked[PARKED_MAX];
static int parked_count;

/* The connection of the agent that works on the program now, and of its engine (src/command/checkpoint/lease.ts). */
static int held = -1, held_mailbox;
static char *held_partial;

int parent_socket_listen(const char *record)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/parent.sock", record);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 8) < 0)
		die(CRAC_EXIT_ENGINE, "cannot listen on %s: %s", address.sun_path, strerror(errno));
	return fd;
}

static void forget_parked(void)
{
	while (parked_count > 0)
		close(parked[--parked_count]);
}

static ssize_t receive(int connection, char *text, size_t room)
{
	char control[CMSG_SPACE(PARKED_MAX * sizeof(int))];
	struct iovec part = { text, room - 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	ssize_t got = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);

	if (got <= 0)
		return got;
	text[got] = '\0';
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
			forget_parked();
			parked_count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
			memcpy(parked, CMSG_DATA(c), parked_count * sizeof(int));
		}
	return got;
}

static void give_back(int connection)
{
	char control[CMSG_SPACE(PARKED_MAX * sizeof(int))];
	struct iovec part = { "U", 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	if (parked_count > 0) {
		struct cmsghdr *c = (struct cmsghdr *)control;

		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(parked_count * sizeof(int));
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(parked_count * sizeof(int));
		memcpy(CMSG_DATA(c), parked, parked_count * sizeof(int));
	}
	sendmsg(connection, &message, MSG_NOSIGNAL);
	forget_parked();
}

int parent_socket_held(void)
{
	return held;
}

static void hold(int connection, const char *text)
{
	char *rest;

	if (held >= 0)
		close(held);
	held = connection;
	held_mailbox = strtol(text, &rest, 10);
	free(held_partial);
	held_partial = copyf("%s", *rest == ' ' ? rest + 1 : "");
}

/* Handles the end of the agent: without a last word it was killed, and its engine is done: the program would stand
 * still for ever. */
void parent_socket_hold_ended(int control)
{
	struct message message = { MESSAGE_WAKE, held_mailbox };
	char word;

	if (recv(held, &word, 1, MSG_DONTWAIT) != 1) {
		send(control, &message, sizeof(message), MSG_NOSIGNAL | MSG_DONTWAIT);
		if (*held_partial)
			remove_directory(held_partial);
	}
	close(held);
	held = -1;
}

/* Serves one request of one connection, told by its first letter (docs/formats.md): P park descriptors, U give them
 * back, C carry out a checkpoint (JSON follows), H an agent begins (and keeps the connection), D the program was
 * checkpointed and is about to be ended. */
void parent_socket_serve(int listener, const struct list *agent, const char *record, bool *checkpointed)
{
	int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	struct timeval limit = { .tv_sec = 2 };
	char text[8192];

	if (connection < 0)
		return;
	setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (receive(connection, text, sizeof(text)) > 0) {
		if (text[0] == 'H') {
			send(connection, "k", 1, MSG_NOSIGNAL);
			hold(connection, text + 1);
			return;
		}
		if (text[0] == 'U')
			give_back(connection);
		if (text[0] == 'C')
			agent_start(agent, record, text + 1);
		if (text[0] == 'D')
			*checkpointed = true;
		if (text[0] != 'U')
			send(connection, "k", 1, MSG_NOSIGNAL);
	}
	close(connection);
}
