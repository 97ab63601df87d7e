#define _GNU_SOURCE
#include "network/connection.h"
#include "network/transfer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* The life of one connection through a relay: the other side is reached, both are watched, and it ends. What is carried
 * between them: transfer.c. */

static struct connection *all_over;

static void finish(struct connection *c, bool reset)
{
	struct linger at_once = { .l_onoff = 1 };

	if (c->over)
		return;
	if (reset) /* the client sees that nobody listens, not an empty answer */
		setsockopt(c->outside.source.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(c->outside.source.fd);
	if (c->inside.source.fd >= 0)
		close(c->inside.source.fd);
	if (c->record >= 0)
		close(c->record);
	c->over = true;
	c->next = all_over;
	all_over = c;
}

void connection_sweep(void)
{
	while (all_over) {
		struct connection *c = all_over;

		all_over = c->next;
		free(c);
	}
}

static void watch(struct side *side, uint32_t interest)
{
	struct epoll_event event = { .events = interest, .data.ptr = side };

	if (side->hung_up || side->interest == interest)
		return;
	epoll_ctl(side->of->epoll, EPOLL_CTL_MOD, side->source.fd, &event);
	side->interest = interest;
}

static bool add(struct side *side, uint32_t interest)
{
	struct epoll_event event = { .events = interest, .data.ptr = side };
	int on = 1;

	side->interest = interest;
	setsockopt(side->source.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return epoll_ctl(side->of->epoll, EPOLL_CTL_ADD, side->source.fd, &event) == 0;
}

static bool reach(struct connection *c)
{
	struct sockaddr *to = (struct sockaddr *)(c->second_try ? &c->target.second : &c->target.first);
	int fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	c->inside.source.fd = fd;
	if (fd < 0)
		return false;
	if (connect(fd, to, c->second_try ? c->target.second_length : c->target.first_length) < 0 && errno != EINPROGRESS)
		return false;
	return add(&c->inside, EPOLLOUT);
}

static bool reach_again(struct connection *c)
{
	if (c->second_try || !c->target.second_length)
		return false;
	close(c->inside.source.fd);
	c->second_try = true;
	return reach(c);
}

static void advance(struct connection *c)
{
	if (!transfer(c)) {
		finish(c, true);
	} else if (transfer_done(c)) {
		finish(c, false);
	} else {
		watch(&c->outside, transfer_waits_for(&c->outside, &c->inside));
		watch(&c->inside, transfer_waits_for(&c->inside, &c->outside));
	}
}

static void connected(struct connection *c)
{
	int error = 0;
	socklen_t length = sizeof(error);

	getsockopt(c->inside.source.fd, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error) {
		if (!reach_again(c))
			finish(c, true);
		return;
	}
	c->connecting = false;
	advance(c);
}

static void happened(struct source *source, uint32_t events)
{
	struct side *side = (struct side *)source;
	struct connection *c = side->of;

	if (c->over)
		return;
	if (c->connecting && side == &c->inside) {
		connected(c);
		return;
	}
	if (events & (EPOLLHUP | EPOLLERR)) { /* told again and again, wanted or not */
		epoll_ctl(c->epoll, EPOLL_CTL_DEL, side->source.fd, NULL);
		side->hung_up = true;
	}
	if (!c->connecting)
		advance(c);
}

void connection_begin(int epoll, int fd, const struct target *target, int record)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (!c) {
		close(fd);
		if (record >= 0)
			close(record);
		return;
	}
	c->epoll = epoll;
	c->record = record;
	c->target = *target;
	c->connecting = true;
	c->outside.of = c->inside.of = c;
	c->outside.source = (struct source){ happened, fd };
	c->inside.source = (struct source){ happened, -1 };
	if (!add(&c->outside, 0) || (!reach(c) && !reach_again(c)))
		finish(c, true);
}
