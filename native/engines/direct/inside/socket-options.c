#define _GNU_SOURCE
#include "socket-options.h"
#include "engines/direct/raw.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* Numbers of newer headers. */
#define OPTION_BUF_LOCK 72
#define OPTION_PASSPIDFD 76

static const struct {
	short level, name;
} known[] = {
	{ SOL_SOCKET, SO_REUSEADDR },	   { SOL_SOCKET, SO_REUSEPORT },	{ SOL_SOCKET, SO_KEEPALIVE },
	{ SOL_SOCKET, SO_BROADCAST },	   { SOL_SOCKET, SO_OOBINLINE },	{ SOL_SOCKET, SO_DONTROUTE },
	{ SOL_SOCKET, SO_RCVLOWAT },	   { SOL_SOCKET, SO_PASSCRED },		{ SOL_SOCKET, SO_PASSSEC },
	{ SOL_SOCKET, OPTION_PASSPIDFD },  { SOL_SOCKET, SO_TIMESTAMP },	{ SOL_SOCKET, SO_TIMESTAMPNS },
	{ SOL_SOCKET, SO_RXQ_OVFL },	   { SOL_SOCKET, SO_BUSY_POLL },	{ SOL_SOCKET, SO_MARK },
	{ SOL_SOCKET, SO_PEEK_OFF },	   { IPPROTO_IPV6, IPV6_V6ONLY },	{ IPPROTO_IPV6, IPV6_MULTICAST_HOPS },
	{ IPPROTO_IPV6, IPV6_MULTICAST_LOOP }, { IPPROTO_IPV6, IPV6_MULTICAST_IF }, { IPPROTO_IPV6, IPV6_UNICAST_HOPS },
	{ IPPROTO_IPV6, IPV6_RECVPKTINFO }, { IPPROTO_IPV6, IPV6_TCLASS },	{ IPPROTO_IPV6, IPV6_MTU_DISCOVER },
	{ IPPROTO_IP, IP_MULTICAST_TTL },  { IPPROTO_IP, IP_MULTICAST_LOOP },	{ IPPROTO_IP, IP_MULTICAST_ALL },
	{ IPPROTO_IP, IP_MULTICAST_IF },   { IPPROTO_IP, IP_TTL },		{ IPPROTO_IP, IP_TOS },
	{ IPPROTO_IP, IP_PKTINFO },	   { IPPROTO_IP, IP_RECVTTL },		{ IPPROTO_IP, IP_RECVTOS },
	{ IPPROTO_IP, IP_RECVERR },	   { IPPROTO_IP, IP_MTU_DISCOVER },	{ IPPROTO_IP, IP_FREEBIND },
	{ IPPROTO_IP, IP_TRANSPARENT },	   { IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT }, { IPPROTO_TCP, TCP_NODELAY },
	{ IPPROTO_TCP, TCP_DEFER_ACCEPT }, { IPPROTO_TCP, TCP_KEEPIDLE },	{ IPPROTO_TCP, TCP_KEEPINTVL },
	{ IPPROTO_TCP, TCP_KEEPCNT },	   { IPPROTO_TCP, TCP_USER_TIMEOUT },	{ IPPROTO_TCP, TCP_FASTOPEN },
	{ IPPROTO_TCP, TCP_SYNCNT },	   { IPPROTO_TCP, TCP_LINGER2 },	{ IPPROTO_TCP, TCP_CORK },
	{ SOL_SOCKET, SO_PRIORITY }, /* behind IP_TOS, which sets it */
};
_Static_assert(sizeof(known) / sizeof(*known) <= OPTIONS_MAX, "one bit each");

static long get(int socket, int level, int name, void *value, uint32_t length)
{
	return RAW(getsockopt, socket, level, name, value, &length);
}

int socket_number(int socket, int level, int name)
{
	int value = -1;

	return get(socket, level, name, &value, sizeof(value)) < 0 ? -1 : value;
}

void socket_set(int socket, int level, int name, int value)
{
	RAW(setsockopt, socket, level, name, &value, sizeof(value));
}

/* The kernel doubles what it is told, and has its own size, which grows, where it was told nothing. */
static int buffer_of(int socket, int fresh, int name, int bit)
{
	int locks = socket_number(socket, SOL_SOCKET, OPTION_BUF_LOCK), size = socket_number(socket, SOL_SOCKET, name);

	if (locks >= 0 ? !(locks & bit) : size == socket_number(fresh, SOL_SOCKET, name))
		return 0;
	return size / 2;
}

void socket_options_note(int socket, int fresh, struct socket_options *options)
{
	options->differ = 0;
	for (unsigned i = 0; i < sizeof(known) / sizeof(*known); i++) {
		int usual = 0;

		if (get(socket, known[i].level, known[i].name, &options->values[i], sizeof(int)) < 0)
			continue;
		get(fresh, known[i].level, known[i].name, &usual, sizeof(int));
		if (options->values[i] != usual)
			options->differ |= 1ull << i;
	}
	options->send_buffer = buffer_of(socket, fresh, SO_SNDBUF, 1);
	options->receive_buffer = buffer_of(socket, fresh, SO_RCVBUF, 2);
	get(socket, SOL_SOCKET, SO_LINGER, options->linger, sizeof(options->linger));
	get(socket, SOL_SOCKET, SO_RCVTIMEO, options->receive_time, sizeof(options->receive_time));
	get(socket, SOL_SOCKET, SO_SNDTIMEO, options->send_time, sizeof(options->send_time));
}

static void set_time(int socket, int name, const long time[2])
{
	if (time[0] | time[1])
		RAW(setsockopt, socket, SOL_SOCKET, name, time, 2 * sizeof(long));
}

void socket_options_set(int socket, const struct socket_options *options)
{
	for (unsigned i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (options->differ >> i & 1)
			socket_set(socket, known[i].level, known[i].name, options->values[i]);
	if (options->send_buffer)
		socket_set(socket, SOL_SOCKET, SO_SNDBUF, options->send_buffer);
	if (options->receive_buffer)
		socket_set(socket, SOL_SOCKET, SO_RCVBUF, options->receive_buffer);
	if (options->linger[0])
		RAW(setsockopt, socket, SOL_SOCKET, SO_LINGER, options->linger, sizeof(options->linger));
	set_time(socket, SO_RCVTIMEO, options->receive_time);
	set_time(socket, SO_SNDTIMEO, options->send_time);
}
