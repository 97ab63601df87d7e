#define _GNU_SOURCE
#include "descriptors.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#define STATE_CLOSED 7
#define BACKLOG 511 /* Node's own, where the kernel does not tell */

const struct socket_option socket_options[OPTIONS_MAX] = {
	{ SOL_SOCKET, SO_REUSEADDR },	   { SOL_SOCKET, SO_REUSEPORT }, { SOL_SOCKET, SO_KEEPALIVE },
	{ SOL_SOCKET, SO_BROADCAST },	   { IPPROTO_IPV6, IPV6_V6ONLY }, { IPPROTO_TCP, TCP_NODELAY },
	{ IPPROTO_TCP, TCP_DEFER_ACCEPT }, { IPPROTO_IP, IP_MULTICAST_TTL }, { IPPROTO_IP, IP_MULTICAST_LOOP },
	{ IPPROTO_IP, IP_TTL },		   { IPPROTO_IPV6, IPV6_MULTICAST_HOPS }, { IPPROTO_IPV6, IPV6_MULTICAST_LOOP },
	{ IPPROTO_IPV6, IPV6_UNICAST_HOPS },
};
const int socket_option_count = 13;

static int number_of(int socket, int level, int name)
{
	uint32_t length = sizeof(int);
	int value = -1;

	return RAW(getsockopt, socket, level, name, &value, &length) < 0 ? -1 : value;
}

/* Of a listening socket the kernel tells the backlog in the place of other numbers. */
static bool note_tcp(struct descriptor *socket)
{
	struct tcp_info state = { 0 };
	uint32_t length = sizeof(state);
	long got = RAW(getsockopt, socket->number, IPPROTO_TCP, TCP_INFO, &state, &length);

	if (got < 0)
		return refuse("a TCP socket does not tell its state", NULL, got);
	if (socket->listens)
		socket->backlog = (int)state.tcpi_sacked;
	else if (state.tcpi_state != STATE_CLOSED)
		socket->kind = KIND_ENDED;
	return true;
}

bool socket_note(struct descriptor *socket)
{
	int number = socket->number;
	bool internet;

	socket->kind = KIND_SOCKET;
	socket->domain = number_of(number, SOL_SOCKET, SO_DOMAIN);
	socket->type = number_of(number, SOL_SOCKET, SO_TYPE);
	socket->protocol = number_of(number, SOL_SOCKET, SO_PROTOCOL);
	socket->listens = number_of(number, SOL_SOCKET, SO_ACCEPTCONN) == 1;
	socket->backlog = BACKLOG;
	socket->address_length = socket->peer_length = sizeof(socket->address);
	internet = socket->domain == AF_INET || socket->domain == AF_INET6;
	if (!internet && socket->domain != AF_UNIX)
		return refuse_number("this engine makes no sockets of the family ", (uint64_t)socket->domain, " anew");
	if (internet && socket->type != SOCK_STREAM && socket->type != SOCK_DGRAM)
		return refuse("this engine makes no raw sockets anew", NULL, 0);
	if (RAW(getsockname, number, socket->address, &socket->address_length) < 0)
		socket->address_length = 0;
	if (RAW(getpeername, number, socket->peer_address, &socket->peer_length) < 0)
		socket->peer_length = 0;
	for (int i = 0; i < socket_option_count; i++)
		socket->options[i] = number_of(number, socket_options[i].level, socket_options[i].name);
	if (internet && socket->type == SOCK_STREAM)
		return note_tcp(socket);
	if (socket->domain == AF_UNIX && socket->peer_length > 0)
		socket->kind = KIND_ENDED;
	return true;
}

static const char *name_of(const struct descriptor *socket, char text[32])
{
	const struct sockaddr_in *address = (const void *)socket->address;
	uint16_t port = address->sin_port; /* at the same place in both families */

	if (socket->domain == AF_UNIX)
		return ((const struct sockaddr_un *)(const void *)socket->address)->sun_path;
	text_put_number(text, (uint64_t)(uint16_t)(port >> 8 | port << 8));
	return text;
}

static bool is_bound(const struct descriptor *socket)
{
	const struct sockaddr_in *address = (const void *)socket->address;

	if (socket->domain == AF_UNIX)
		return socket->address_length > sizeof(sa_family_t);
	return address->sin_port != 0;
}

static void set_options(const struct descriptor *socket, long made)
{
	for (int i = 0; i < socket_option_count; i++) {
		int value = socket->options[i];

		if (value >= 0 && number_of((int)made, socket_options[i].level, socket_options[i].name) != value)
			RAW(setsockopt, made, socket_options[i].level, socket_options[i].name, &value, sizeof(value));
	}
}

/* As --listen says. */
static void move_port(struct descriptor *socket)
{
	struct sockaddr_in *address = (void *)socket->address;
	uint16_t port = (uint16_t)(address->sin_port >> 8 | address->sin_port << 8);

	for (int i = 0; i < handover.move_count && socket->domain != AF_UNIX && socket->listens; i++)
		if (handover.moves[i].from == port) {
			address->sin_port = (uint16_t)(handover.moves[i].to >> 8 | handover.moves[i].to << 8);
			return;
		}
}

static void set_number(long made, int level, int name, int value)
{
	RAW(setsockopt, made, level, name, &value, sizeof(value));
}

void socket_remake(struct descriptor *socket)
{
	long made = RAW(socket, socket->domain, socket->type | SOCK_CLOEXEC, socket->protocol), done;
	char text[32];

	move_port(socket);

	if (made < 0)
		die_restored(72, "cannot make a socket of the program anew", NULL, made);
	set_options(socket, made);
	if (is_bound(socket)) {
		const char *path = socket->domain == AF_UNIX ? name_of(socket, text) : "";

		if (*path)
			RAW(unlink, path);
		/* Whether a port is free was asked before (restore/ports.c): here copies that are to share it meet. */
		if (socket->listens && socket->domain != AF_UNIX) {
			set_number(made, SOL_SOCKET, SO_REUSEADDR, 1);
			set_number(made, SOL_SOCKET, SO_REUSEPORT, 1);
		}
		done = RAW(bind, made, socket->address, socket->address_length);
		if (done < 0)
			die_restored(73, "cannot listen again on", name_of(socket, text), done);
	}
	if (socket->listens && (done = RAW(listen, made, socket->backlog)) < 0)
		die_restored(73, "cannot listen again on", name_of(socket, text), done);
	set_options(socket, made);
	if (!socket->listens && socket->peer_length > 0)
		RAW(connect, made, socket->peer_address, socket->peer_length);
	place(socket, made);
}
