#define _GNU_SOURCE
#include "restore/ports.h"
#include "base/say.h"
#include "network/bind.h"
#include "restore/policies.h"
#include "restore/port-locks.h"
#include "restore/port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* CRIU binds with SO_REUSEPORT, so a second copy on one port would silently take every connection of the first:
 * each port is tried before the restore, under a lock that two restores at once share (port-locks.c). */

static void check_one(const struct port *port, int number)
{
	struct sockaddr_storage where = { 0 };
	struct sockaddr_in *v4 = (struct sockaddr_in *)&where;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&where;
	bool is_v6 = port->family == 6;
	int on = 1, fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (is_v6) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(number);
		inet_pton(AF_INET6, port->address, &v6->sin6_addr);
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &port->only6, sizeof(port->only6));
	} else {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(number);
		inet_pton(AF_INET, port->address, &v4->sin_addr);
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (!bind_soon(fd, (struct sockaddr *)&where, is_v6 ? sizeof(*v6) : sizeof(*v4)) && errno == EADDRINUSE)
		die(CRAC_EXIT_PORT,
		    "port %d is taken (%s%s%s:%d is being listened on). Restore on another port with\n  --listen %d=%d\n"
		    "or end the program that holds it (ss -ltnp 'sport = :%d' names it)",
		    number, is_v6 ? "[" : "", port->address, is_v6 ? "]" : "", number, port->number,
		    number == 65535 ? number - 1 : number + 1, number);
	close(fd);
}

/* Checks an address: in a private network there is no other one, and nobody else. */
static void check_address(const char *address, int port)
{
	if (strcmp(address, "0.0.0.0") == 0 || strncmp(address, "127.", 4) == 0 || strcmp(address, "::") == 0 ||
	    strcmp(address, "::1") == 0)
		return;
	die(CRAC_EXIT_PORT,
	    "the image listens on %s%s%s:%d, and a private network has only the loopback interface. Listen on 0.0.0.0 or 127.0.0.1\n"
	    "before the checkpoint, or restore without --network private", strchr(address, ':') ? "[" : "", address,
	    strchr(address, ':') ? "]" : "", port);
}

static bool is_any(const struct port *port)
{
	return strcmp(port->address, "0.0.0.0") == 0 || strcmp(port->address, "::") == 0;
}

/* Tells whether both take what connects to one of them: `::` takes IPv4 too unless it is for IPv6 only. */
static bool overlap(const struct port *a, const struct port *b)
{
	if (a->family == b->family)
		return is_any(a) || is_any(b) || strcmp(a->address, b->address) == 0;
	return a->family == 6 ? is_any(a) && !a->only6 : is_any(b) && !b->only6;
}

static void check_moves(const struct conf *conf, const struct list *moves)
{
	for (size_t m = 0; m < moves->count; m++) {
		int from, to, other_from, other_to;
		bool found = false;
		struct port port;

		if (!port_move(moves->items[m], &from, &to))
			die(CRAC_EXIT_USAGE, "--listen %s: expected OLD=NEW, two port numbers", moves->items[m]);
		for (size_t at = 0; port_each(conf, &at, &port);)
			found |= port.number == from;
		if (!found)
			die(CRAC_EXIT_USAGE, "--listen %s: the image listens on no port %d; `crac inspect` lists its ports", moves->items[m],
			    from);
		for (size_t i = 0; i < m; i++)
			if (port_move(moves->items[i], &other_from, &other_to) && other_from == from && other_to != to)
				die(CRAC_EXIT_USAGE, "--listen %s and --listen %s: one port cannot be moved to two", moves->items[i],
				    moves->items[m]);
	}
}

/* Checks that two sockets of the image with ports of their own do not meet at one. */
static void check_meetings(const struct conf *conf, const struct list *moves)
{
	struct port a, b;
	size_t index = 0;

	for (size_t at = 0; moves->count > 0 && port_each(conf, &at, &a); index++) {
		size_t other = index + 1;

		for (size_t next = at; port_each(conf, &next, &b); other++)
			if (a.number != b.number && port_moved(moves, a.number) == port_moved(moves, b.number) && overlap(&a, &b) &&
			    !policies_close_port(index) && !policies_close_port(other))
				die(CRAC_EXIT_USAGE, "--listen: the image listens on the ports %d and %d of %s, and both cannot become %d; move them\n"
				    "to different ports", a.number, b.number, a.address, port_moved(moves, a.number));
	}
}

void ports_check(const struct conf *conf, const struct list *moves, bool share, const char *network)
{
	bool private = network && strcmp(network, "private") == 0;
	struct port port;
	size_t index = 0;

	check_moves(conf, moves);
	check_meetings(conf, moves);
	for (size_t at = 0; port_each(conf, &at, &port);) {
		if (policies_close_port(index++))
			continue;
		if (private)
			check_address(port.address, port.number);
		else if (!network)
			port_lock_add(port_moved(moves, port.number));
	}
	/* A port that is to be shared is locked, too: while the engine of one copy binds it, that of another cannot. */
	port_locks_take();
	index = 0;
	for (size_t at = 0; !share && !network && port_each(conf, &at, &port);)
		if (!policies_close_port(index++))
			check_one(&port, port_moved(moves, port.number));
}
