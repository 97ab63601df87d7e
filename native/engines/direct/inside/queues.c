#define _GNU_SOURCE
#include "queues.h"
#include "content.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define AT_ONCE 65536
#define SEND_BUFFER_FORCE 32 /* SO_SNDBUFFORCE */

static const int credentials[] = { SO_PASSCRED, SO_PASSSEC, 76 /* SO_PASSPIDFD */ };
#define CREDENTIALS 3
static unsigned char piece[AT_ONCE];

struct looked {
	long got;  /* bytes, with MSG_TRUNC all that are left of a packet */
	int flags, name_length;
};

static struct looked look(int socket, void *to, uint64_t room)
{
	unsigned char name[128];
	struct iovec vector = { to, room };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_name = name, .msg_namelen = sizeof(name) };
	long got = RAW(recvmsg, socket, &message, MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC);

	return (struct looked){ got, message.msg_flags, (int)message.msg_namelen };
}

static bool refuse_passed(void)
{
	return refuse("a descriptor that was passed over a unix socket has not been received yet: receive it before the checkpoint", NULL, 0);
}

static bool note_stream(struct descriptor *descriptor)
{
	int waiting = 0;
	struct looked looked;
	unsigned char *room;

	RAW(ioctl, descriptor->number, FIONREAD, &waiting);
	if (waiting == 0)
		return true;
	room = content_take((uint64_t)waiting);
	if (!room)
		return false;
	looked = look(descriptor->number, room, (uint64_t)waiting);
	if (looked.flags & MSG_CTRUNC)
		return refuse_passed();
	if (looked.got != waiting)
		return refuse("cannot read what a socket of the program holds, as out-of-band data:", NULL, looked.got < 0 ? looked.got : 0);
	descriptor->content = room;
	descriptor->length = (uint64_t)waiting;
	return true;
}

/* One behind the other, each behind its length. A packet is looked at in pieces. */
static bool note_packet(struct descriptor *descriptor, struct looked looked)
{
	uint32_t length = (uint32_t)looked.got;
	unsigned char *room = content_take_next(sizeof(length) + length);

	if (!room)
		return false;
	if (!descriptor->content)
		descriptor->content = room;
	bytes_copy(room, &length, sizeof(length));
	room += sizeof(length);
	for (uint64_t have = 0; have < length;) {
		uint64_t now = length - have < AT_ONCE ? length - have : AT_ONCE;

		if (have > 0 && (uint64_t)look(descriptor->number, piece, AT_ONCE).got != length - have)
			return refuse("cannot read what a socket of the program holds", NULL, 0);
		bytes_copy(room + have, piece, now);
		have += now;
	}
	descriptor->length += sizeof(length) + length;
	return true;
}

static bool note_packets(struct descriptor *descriptor)
{
	for (;;) {
		struct looked looked = look(descriptor->number, piece, AT_ONCE);

		if (looked.got == -EAGAIN || (looked.got == 0 && descriptor->socket->type == SOCK_SEQPACKET && descriptor->socket->shutdown & 1))
			return true;
		if (looked.got < 0)
			return refuse("cannot read what a socket of the program holds", NULL, looked.got);
		if (looked.flags & MSG_CTRUNC)
			return refuse_passed();
		if (descriptor->kind == KIND_SOCKET && looked.name_length > (int)sizeof(sa_family_t))
			return refuse("a unix socket of packets holds one that a socket with a name has sent: receive it before the checkpoint", NULL, 0);
		if (!note_packet(descriptor, looked))
			return false;
	}
}

bool queue_note(struct descriptor *descriptor)
{
	const int number = descriptor->number, offset = socket_number(number, SOL_SOCKET, SO_PEEK_OFF);
	int passed[CREDENTIALS];
	bool good;

	/* Who wrote it is not asked for, and each look begins where the last one ended. */
	for (int i = 0; i < CREDENTIALS; i++) {
		passed[i] = socket_number(number, SOL_SOCKET, credentials[i]);
		if (passed[i] > 0)
			socket_set(number, SOL_SOCKET, credentials[i], 0);
	}
	socket_set(number, SOL_SOCKET, SO_PEEK_OFF, 0);
	good = descriptor->socket->type == SOCK_STREAM ? note_stream(descriptor) : note_packets(descriptor);
	socket_set(number, SOL_SOCKET, SO_PEEK_OFF, offset);
	for (int i = 0; i < CREDENTIALS; i++)
		if (passed[i] > 0)
			socket_set(number, SOL_SOCKET, credentials[i], passed[i]);
	return good;
}

static void send_all(long from, const void *bytes, uint64_t length, const struct socket *to)
{
	long sent = RAW(sendto, from, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL, to ? to->address : NULL, to ? to->address_length : 0);

	if (sent < 0 || (uint64_t)sent != length)
		die_restored(72, "cannot put back what a socket of the program held", NULL, sent < 0 ? sent : -EAGAIN);
}

void queue_put_back(const struct descriptor *descriptor, long from, const struct socket *to)
{
	int before = socket_number((int)from, SOL_SOCKET, SO_SNDBUF), most = 0x3fffffff;

	if (descriptor->length == 0)
		return;
	/* The sender's own limit is set when this is done. */
	if (RAW(setsockopt, from, SOL_SOCKET, SEND_BUFFER_FORCE, &most, sizeof(most)) < 0)
		socket_set((int)from, SOL_SOCKET, SO_SNDBUF, most);
	if (descriptor->socket->type == SOCK_STREAM) {
		send_all(from, descriptor->content, descriptor->length, to);
	} else {
		for (uint64_t at = 0; at < descriptor->length;) {
			uint32_t length;

			bytes_copy(&length, descriptor->content + at, sizeof(length));
			send_all(from, descriptor->content + at + sizeof(length), length, to);
			at += sizeof(length) + length;
		}
	}
	socket_set((int)from, SOL_SOCKET, SO_SNDBUF, before / 2);
}
