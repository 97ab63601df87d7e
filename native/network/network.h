/* The room `network`. The parent opens what listens outside (prepare), the intermediate process makes or enters the
 * program's network and stays in it as its relay (`crac-outer`), a process outside carries what the program reaches of
 * this machine (`crac-reach`), and init says when the program listens (network_open). */
#ifndef CRAC_NETWORK_NETWORK_H
#define CRAC_NETWORK_NETWORK_H

#include "base/list.h"

#include <stddef.h>
#include <sys/socket.h>

/* The number of ports of the program's that are reached from outside of its network. */
#define PUBLISHED_MAX 32
struct published {
	int listener, inside;
};

/* The number of addresses of this machine that a program in a network of its own reaches: inside something listens at
 * the same address. */
#define REACHED_MAX 128
struct reached {
	struct sockaddr_storage address;
	socklen_t length;
};

/* A network of the program's own, and the ports by which it is reached. */
struct network {
	struct reached reached[REACHED_MAX];
	size_t reached_count;
	int reach_socket; /* hands the listening sockets of the inside out to the relay, or -1 */
	const char *record_sent; /* a directory for what the program sends there, or NULL */
	const char *where; /* NULL: the caller's; `private`; or the path of a network namespace */
	struct published published[PUBLISHED_MAX];
	size_t count;
	int go;
};
void network_prepare(struct network *network, const char *where, const struct list *published);
void network_enter(const struct network *network);
void network_open(const struct network *network);
void network_leave(const struct network *network);

#endif
