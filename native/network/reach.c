#define _GNU_SOURCE
#include "network/reach.h"
#include "base/list.h"
#include "base/say.h"
#include "network/address.h"
#include "network/reach-relay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --reach: a program in a network of its own finds servers of this machine where they are. Inside, something listens at
 * their addresses; the sockets are handed out to a relay that stands outside and carries connections to the servers.
 * The same works for root and for an ordinary user: a socket stays in the network in which it was made. */

/* Adds `[ADDRESS:]PORT`. */
static void add_reached(struct network *network, const char *option)
{
	struct reached *one = &network->reached[network->reached_count];
	char *text = copyf("%s", option), *colon = strrchr(text, ':'), local[] = "127.0.0.1";
	int port = port_number(colon ? colon + 1 : text);

	if (network->reached_count == REACHED_MAX)
		die(CRAC_EXIT_USAGE, "--reach: at most %d addresses", REACHED_MAX);
	if (colon)
		*colon = '\0';
	one->length = port < 0 ? 0 : network_address(colon ? text : local, port, &one->address);
	if (!one->length)
		die(CRAC_EXIT_USAGE, "--reach %s: expected [ADDRESS:]PORT, as 5432 or [::1]:5432", option);
	network->reached_count++;
}

void reach_prepare(struct network *network, const struct list *reached, const char *record_sent)
{
	struct stat status;

	network->reach_socket = -1;
	network->record_sent = record_sent;
	if (reached->count > 0 && (!network->where || strcmp(network->where, "private") != 0))
		die(CRAC_EXIT_USAGE, "--reach goes with --network private; on the machine's network the program reaches everything");
	if (record_sent && reached->count == 0)
		die(CRAC_EXIT_USAGE, "--record-sent goes with --reach, which says to whom");
	if (record_sent && (stat(record_sent, &status) < 0 || !S_ISDIR(status.st_mode)))
		die(CRAC_EXIT_USAGE, "--record-sent %s: there is no such directory", record_sent);
	for (size_t i = 0; i < reached->count; i++)
		add_reached(network, reached->items[i]);
}

/* Starts the relay; called before the network is left: it stays outside. It ends with the process that has called. */
void reach_begin(struct network *network)
{
	int pair[2];
	pid_t pid;

	if (network->reached_count == 0)
		return;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0 || (pid = fork()) < 0)
		die(CRAC_EXIT_ENGINE, NO_PROCESS, strerror(errno));
	if (pid == 0) {
		close(pair[0]);
		network_leave(network);
		reach_relay(network, pair[1]);
	}
	close(pair[1]);
	network->reach_socket = pair[0];
}

static int listen_inside(const struct reached *one)
{
	int fd = socket(one->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (const struct sockaddr *)&one->address, one->length) < 0 || listen(fd, 511) < 0)
		die(CRAC_EXIT_PORT, "--reach %s: cannot listen there in the private network: %s", address_text(&one->address),
		    strerror(errno));
	return fd;
}

/* Listens; called inside, before the program is there: it may connect at once. */
void reach_listen(struct network *network)
{
	if (network->reach_socket < 0 || network->reached_count == 0)
		return;
	for (size_t i = 0; i < network->reached_count; i++) {
		int fd = listen_inside(&network->reached[i]);
		char byte = 0, space[CMSG_SPACE(sizeof(int))] = { 0 };
		struct iovec part = { &byte, 1 };
		struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = space,
					  .msg_controllen = sizeof(space) };
		struct cmsghdr *control = CMSG_FIRSTHDR(&message);

		control->cmsg_level = SOL_SOCKET;
		control->cmsg_type = SCM_RIGHTS;
		control->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(control), &fd, sizeof(fd));
		if (sendmsg(network->reach_socket, &message, MSG_NOSIGNAL) < 0)
			die(CRAC_EXIT_ENGINE, "--reach: cannot hand a socket out: %s", strerror(errno));
		close(fd);
	}
	close(network->reach_socket);
	network->reach_socket = -1;
}
