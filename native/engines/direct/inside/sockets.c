#define _GNU_SOURCE
#include "descriptors.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#define STATE_CLOSED 7
#define BACKLOG 511 /* Node's own, where the kernel does not tell */

/* Tells whether a closed socket was connected once, and not only bound: it has the address still, on which its other end
 * may be ending, and which nobody could bind. A poll takes no error away that the program has not seen. */
static bool was_connected(int number)
{
	struct pollfd polled = { number, POLLRDHUP, 0 };
	long at_once[2] = { 0, 0 };

	return RAW(ppoll, &polled, 1, at_once, 0, 0) == 1 && (polled.revents & POLLRDHUP);
}

/* Notes TCP's options; the kernel tells the backlog of a listening socket in the place of other numbers. */
static bool note_tcp(struct descriptor *descriptor)
{
	struct socket *socket = descriptor->socket;
	struct tcp_info state = { 0 };
	uint32_t length = sizeof(state);
	long got = RAW(getsockopt, descriptor->number, IPPROTO_TCP, TCP_INFO, &state, &length);

	if (got < 0)
		return refuse("a TCP socket does not tell its state", NULL, got);
	if (socket->listens)
		socket->backlog = (int)state.tcpi_sacked;
	else if (state.tcpi_state != STATE_CLOSED || was_connected(descriptor->number))
		descriptor->kind = KIND_ENDED;
	return true;
}

/* What is not as in a fresh socket of its kind. */
static bool note_options(int number, struct socket *socket)
{
	long fresh = RAW(socket, socket->domain, socket->type | SOCK_CLOEXEC, socket->protocol);

	if (fresh < 0)
		return refuse("cannot make a socket like one that the program has", NULL, fresh);
	socket_options_note(number, (int)fresh, &socket->options);
	RAW(close, fresh);
	return true;
}

bool socket_note(struct descriptor *descriptor)
{
	struct socket *socket = descriptor->socket = &descriptors.sockets[descriptors.socket_count++];
	int number = descriptor->number;
	bool internet;
	int listens;

	bytes_clear(socket, sizeof(*socket));
	descriptor->kind = KIND_SOCKET;
	socket->domain = socket_number(number, SOL_SOCKET, SO_DOMAIN);
	socket->type = socket_number(number, SOL_SOCKET, SO_TYPE);
	socket->protocol = socket_number(number, SOL_SOCKET, SO_PROTOCOL);
	listens = socket_number(number, SOL_SOCKET, SO_ACCEPTCONN);
	if (socket->domain < 0 || socket->type < 0 || socket->protocol < 0 || listens < 0)
		return refuse("a socket does not tell of what kind it is", NULL, 0);
	socket->listens = listens == 1;
	socket->backlog = BACKLOG;
	socket->address_length = socket->peer_length = sizeof(socket->address);
	internet = socket->domain == AF_INET || socket->domain == AF_INET6;
	if (!internet && socket->domain != AF_UNIX)
		return refuse_number("this engine makes no sockets of the family ", (uint64_t)socket->domain, " anew");
	if (internet && socket->type != SOCK_STREAM && socket->type != SOCK_DGRAM)
		return refuse("this engine makes no raw sockets anew", NULL, 0);
	if (RAW(getsockname, number, socket->address, &socket->address_length) < 0)
		return refuse("a socket does not tell its address", NULL, 0);
	if (RAW(getpeername, number, socket->peer_address, &socket->peer_length) < 0)
		socket->peer_length = 0;
	if (!note_options(number, socket))
		return false;
	return !internet || socket->type != SOCK_STREAM || note_tcp(descriptor);
}

static const char *name_of(const struct socket *socket, char text[32])
{
	const struct sockaddr_in *address = (const void *)socket->address;
	uint16_t port = address->sin_port; /* at the same place in both families */

	if (socket->domain == AF_UNIX)
		return ((const struct sockaddr_un *)(const void *)socket->address)->sun_path;
	text_put_number(text, (uint64_t)(uint16_t)(port >> 8 | port << 8));
	return text;
}

static bool is_bound(const struct socket *socket)
{
	const struct sockaddr_in *address = (const void *)socket->address;

	if (socket->domain == AF_UNIX)
		return socket->address_length > sizeof(sa_family_t);
	return address->sin_port != 0;
}

/* Moves the port as --listen says. */
static void move_port(struct socket *socket)
{
	struct sockaddr_in *address = (void *)socket->address;
	uint16_t port = (uint16_t)(address->sin_port >> 8 | address->sin_port << 8);

	for (int i = 0; i < handover.move_count && socket->domain != AF_UNIX && socket->listens; i++)
		if (handover.moves[i].from == port) {
			address->sin_port = (uint16_t)(handover.moves[i].to >> 8 | handover.moves[i].to << 8);
			return;
		}
}

/* Whether a port is free was asked before (restore/ports.c): here copies that are to share it meet. */
static void bind_again(long made, const struct socket *socket)
{
	const char *path = socket->domain == AF_UNIX ? ((const struct sockaddr_un *)(const void *)socket->address)->sun_path : "";
	bool shares = socket->listens && socket->domain != AF_UNIX;
	int reuse[2] = { socket_number((int)made, SOL_SOCKET, SO_REUSEADDR), socket_number((int)made, SOL_SOCKET, SO_REUSEPORT) };
	char text[32];
	long done;

	if (*path)
		RAW(unlinkat, AT_FDCWD, path, 0);
	if (shares) {
		socket_set((int)made, SOL_SOCKET, SO_REUSEADDR, 1);
		socket_set((int)made, SOL_SOCKET, SO_REUSEPORT, 1);
	}
	done = RAW(bind, made, socket->address, socket->address_length);
	if (done >= 0 && socket->listens)
		done = RAW(listen, made, socket->backlog);
	if (done < 0)
		die_restored(73, "cannot listen again on", name_of(socket, text), done);
	if (shares) {
		socket_set((int)made, SOL_SOCKET, SO_REUSEADDR, reuse[0]);
		socket_set((int)made, SOL_SOCKET, SO_REUSEPORT, reuse[1]);
	}
}

void socket_remake(struct descriptor *descriptor)
{
	struct socket *socket = descriptor->socket;
	long made = RAW(socket, socket->domain, socket->type | SOCK_CLOEXEC, socket->protocol);
	bool is_closed = socket_is_closed(socket); /* JavaScript closes it */

	if (made < 0)
		die_restored(72, "cannot make a socket of the program anew", NULL, made);
	move_port(socket);
	socket_options_set((int)made, &socket->options);
	if (is_bound(socket) && !is_closed)
		bind_again(made, socket);
	else if (socket->listens && !is_closed)
		RAW(listen, made, socket->backlog);
	place(descriptor, made);
}

void sockets_connect(void)
{
	for (int i = 0; i < descriptors.count; i++) {
		const struct descriptor *one = &descriptors.all[i];

		if (one->kind == KIND_SOCKET && one->same_as < 0 && !one->socket->listens && one->socket->peer_length > 0)
			RAW(connect, one->number, one->socket->peer_address, one->socket->peer_length);
	}
}
