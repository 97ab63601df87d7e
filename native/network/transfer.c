#define _GNU_SOURCE
#include "network/transfer.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* What one side of a connection sends reaches the other, with nothing waited for but the two sockets. */

/* Records what was sent. What cannot be recorded any more is not the program's fault: its connection goes on. */
static void record(struct connection *c, size_t count)
{
	if (c->record >= 0 && count > 0 && write(c->record, c->outside.block, count) != (ssize_t)count) {
		close(c->record);
		c->record = -1;
	}
}

/* Moves what there is; returns false when the connection is broken. */
static bool move(struct side *from, struct side *to)
{
	for (int turns = 0; turns < 16 || from->hung_up; turns++) {
		ssize_t count;

		if (from->sent < from->have) {
			count = send(to->source.fd, from->block + from->sent, from->have - from->sent, MSG_NOSIGNAL);
			if (count < 0)
				return errno == EAGAIN;
			from->sent += count;
			continue;
		}
		if (from->ended)
			return true;
		count = read(from->source.fd, from->block, sizeof(from->block));
		if (count < 0)
			return errno == EAGAIN;
		from->have = count;
		from->sent = 0;
		if (from == &from->of->outside)
			record(from->of, count);
		if (count == 0) {
			from->ended = true;
			shutdown(to->source.fd, SHUT_WR);
		}
	}
	return true;
}

/* Moves what there is, both ways; returns false when the connection is broken. */
bool transfer(struct connection *c)
{
	return move(&c->outside, &c->inside) && move(&c->inside, &c->outside);
}

static bool done(const struct side *side)
{
	return side->ended && side->sent == side->have;
}

bool transfer_done(const struct connection *c)
{
	return done(&c->outside) && done(&c->inside);
}

/* Returns the events of epoll at which `side` can go on. */
uint32_t transfer_waits_for(const struct side *side, const struct side *other)
{
	return (side->sent == side->have && !side->ended ? EPOLLIN : 0) | (other->sent < other->have ? EPOLLOUT : 0);
}
