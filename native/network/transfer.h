#ifndef CRAC_NETWORK_TRANSFER_H
#define CRAC_NETWORK_TRANSFER_H

#include "network/connection.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One of the two sockets of a connection. */
struct side {
	struct source source;
	struct connection *of;
	uint32_t interest;
	size_t have, sent; /* of what was read from this side */
	bool ended, hung_up;
	char block[32768];
};

/* A connection through a relay, both ways: `outside` is the side that was accepted, `inside` the one that is reached. */
struct connection {
	struct side outside, inside;
	int epoll, record;
	struct target target;
	bool connecting, second_try, over;
	struct connection *next;
};

bool transfer(struct connection *c);
bool transfer_done(const struct connection *c);
uint32_t transfer_waits_for(const struct side *side, const struct side *other);

#endif
