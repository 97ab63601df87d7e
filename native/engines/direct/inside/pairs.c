#define _GNU_SOURCE
#include "pairs.h"
#include "content.h"
#include "queues.h"
#include "tree.h"
#include "unix-peers.h"

#include <poll.h>
#include <sys/socket.h>

static bool is_unix(const struct descriptor *one)
{
	return (one->kind == KIND_SOCKET || one->kind == KIND_PAIR) && one->same_as < 0 && one->socket->domain == AF_UNIX;
}

static struct descriptor *with_inode(uint64_t inode)
{
	for (int i = 0; i < descriptors.count; i++)
		if (is_unix(&descriptors.all[i]) && descriptors.all[i].inode == inode)
			return &descriptors.all[i];
	return NULL;
}

static bool same_address(const struct socket *server, const struct socket *client)
{
	if (!server->listens || server->address_length != client->peer_length)
		return false;
	for (uint32_t i = 0; i < server->address_length; i++)
		if (server->address[i] != client->peer_address[i])
			return false;
	return server->address_length > sizeof(sa_family_t);
}

/* Tells whether its other end waits in the queue of a server of the program's own. */
static bool is_unaccepted(const struct descriptor *client)
{
	for (int i = 0; i < descriptors.count; i++)
		if (is_unix(&descriptors.all[i]) && same_address(descriptors.all[i].socket, client->socket))
			return true;
	return false;
}

/* Finds the other end. Each socket of packets knows to whom it sends, and these need not be two that know each other. */
static bool find_other_end(struct descriptor *one)
{
	struct pollfd polled = { one->number, 0, 0 };
	const long at_once[2] = { 0, 0 };
	struct unix_facts facts;
	struct descriptor *peer;

	if (one->socket->listens || one->socket->peer_length == 0)
		return true;
	if (!unix_peers_ask(one->inode, &facts))
		return false;
	one->socket->shutdown = facts.shutdown;
	if (given_of(one->number)) {
		one->kind = KIND_PAIR; /* the other end is another process's */
		return true;
	}
	peer = facts.peer ? with_inode(facts.peer) : NULL;
	if (peer) {
		one->peer = peer->number;
		return true;
	}
	RAW(ppoll, &polled, 1, at_once, 0, 0);
	one->socket->failed = polled.revents & POLLERR;
	if (facts.peer == 0 && !(polled.revents & POLLHUP) && one->socket->type != SOCK_DGRAM && is_unaccepted(one))
		return refuse("a connection to the program's own server has not been accepted yet: try again; it is at", (const char *)one->socket->peer_address + 2, 0);
	one->kind = KIND_ENDED;
	return true;
}

static bool join(struct descriptor *one)
{
	struct descriptor *peer = one->peer >= 0 ? descriptor_of(one->peer) : NULL;

	if (peer && peer->peer == one->number)
		one->kind = KIND_PAIR;
	else if (peer && one->socket->peer_length <= sizeof(sa_family_t))
		return refuse("a unix socket sends to one without a name, which does not send to it", NULL, 0);
	return true;
}

/* A server's queue is of connections; of the outside, none is kept whose socket was closed before the dump. */
static bool holds_messages(const struct descriptor *one)
{
	bool is_one = one->kind == KIND_SOCKET || one->kind == KIND_PAIR || one->kind == KIND_ENDED;

	if (given_of(one->number) && !given_of(one->number)->leads)
		return false;
	return is_one && one->same_as < 0 && one->socket->domain == AF_UNIX && !one->socket->listens &&
	       (one->socket->type != SOCK_STREAM || one->socket->peer_length > 0);
}

bool pairs_note(void)
{
	bool good = true;

	for (int i = 0; good && i < descriptors.count; i++)
		if (is_unix(&descriptors.all[i]))
			good = find_other_end(&descriptors.all[i]);
	unix_peers_end();
	for (int i = 0; good && i < descriptors.count; i++)
		if (is_unix(&descriptors.all[i]))
			good = join(&descriptors.all[i]);
	for (int i = 0; good && i < descriptors.count; i++)
		if (holds_messages(&descriptors.all[i]))
			good = queue_note(&descriptors.all[i]);
	return good;
}

/* Makes two connected sockets, both lifted. */
static void make_pair(int domain, int type, int protocol, long made[2])
{
	int fds[2];
	long done = RAW(socketpair, domain, type | SOCK_CLOEXEC, protocol, fds);

	if (done < 0)
		die_restored(72, "cannot make a socket of the program anew", NULL, done);
	for (int i = 0; i < 2; i++)
		made[i] = lift(fds[i]);
}

static void shut(long made, const struct socket *socket)
{
	if (socket->shutdown & 3)
		RAW(shutdown, made, (socket->shutdown & 3) - 1);
}

void pair_remake(const struct descriptor *end)
{
	const struct descriptor *peer = descriptor_of(end->peer);
	long made[2];

	if (peer < end)
		return; /* was made with that one */
	make_pair(end->socket->domain, end->socket->type, end->socket->protocol, made);
	queue_put_back(end, made[1], NULL);
	queue_put_back(peer, made[0], NULL);
	socket_options_set((int)made[0], &end->socket->options);
	socket_options_set((int)made[1], &peer->socket->options);
	shut(made[0], end->socket);
	shut(made[1], peer->socket);
	place(end, made[0]);
	place(peer, made[1]);
}

/* Makes a socket whose reads find what was there and then the end, and whose writes find that nobody is there. */
void ended_remake(const struct descriptor *descriptor)
{
	const struct socket *socket = descriptor->socket;
	bool is_unix = socket->domain == AF_UNIX;
	long made[2];

	make_pair(AF_UNIX, is_unix ? socket->type : SOCK_STREAM, 0, made);
	queue_put_back(descriptor, made[1], NULL);
	if (is_unix) {
		socket_options_set((int)made[0], &socket->options);
		if (socket->failed)
			RAW(write, made[0], "", 1); /* whoever closes without having read it makes it fail */
		shut(made[0], socket);
	}
	RAW(close, made[1]);
	place(descriptor, made[0]);
}

void named_queues_put_back(void)
{
	for (int i = 0; i < descriptors.count; i++) {
		const struct descriptor *one = &descriptors.all[i];
		long from;

		if (one->kind != KIND_SOCKET || one->same_as >= 0 || one->length == 0)
			continue;
		from = RAW(socket, AF_UNIX, one->socket->type | SOCK_CLOEXEC, 0);
		if (from < 0)
			die_restored(72, "cannot make a socket of the program anew", NULL, from);
		queue_put_back(one, from, one->socket);
		RAW(close, from);
	}
}
