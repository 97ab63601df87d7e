/*
 * What several processes of a tree have as one: a server that they all accept from, a file whose position is one for all. One
 * of them makes it, and sends it over a pair that was made for that; the others look at the message, which stays there for
 * whoever comes next.
 */
#define _GNU_SOURCE
#include "descriptors.h"
#include "tree.h"

#include <fcntl.h>
#include <sys/socket.h>

struct message {
	struct msghdr header;
	struct iovec vector;
	char byte;
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
};

static void message_begin(struct message *message)
{
	bytes_clear(message, sizeof(*message));
	message->vector = (struct iovec){ &message->byte, 1 };
	message->header = (struct msghdr){ .msg_iov = &message->vector, .msg_iovlen = 1, .msg_control = &message->control,
					   .msg_controllen = sizeof(message->control) };
}

static void give(int number, int slot)
{
	struct message message;

	message_begin(&message);
	message.control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	bytes_copy(CMSG_DATA(&message.control.header), &number, sizeof(number));
	need(RAW(sendmsg, handover.tree.base + slot, &message.header, MSG_NOSIGNAL),
	     "cannot give another process of the program a descriptor that both have");
}

/* Waits for the process that makes it, and sees where that has failed: nobody else has its end of the pair any more. */
static int take(int slot)
{
	struct message message;
	int number;
	long got;

	do {
		message_begin(&message);
		got = RAW(recvmsg, handover.tree.base + slot, &message.header, MSG_PEEK | MSG_CMSG_CLOEXEC);
	} while (got == -4 /* EINTR */);
	if (got == 0)
		tree_end_with_others();
	if (got < 0 || message.header.msg_controllen < CMSG_LEN(sizeof(int)))
		die_restored(72, "cannot take what another process of the program has, too; too few descriptors are allowed here (ulimit -n)", NULL, got < 0 ? got : 0);
	bytes_copy(&number, CMSG_DATA(&message.control.header), sizeof(number));
	return number;
}

void passed_exchange(void)
{
	const struct slots slots = passing_slots();

	for (int i = 0; i < descriptors.count; i++) {
		const struct given *passed = passed_of(descriptors.all[i].number);

		if (passed)
			give(passed->number, passed->slot);
	}
	for (int slot = slots.from; slot < slots.to; slot += 2)
		RAW(close, handover.tree.base + slot);
	for (int i = 0; i < descriptors.count; i++) {
		const struct descriptor *one = &descriptors.all[i];
		int made;

		if (one->kind != KIND_TAKEN)
			continue;
		made = take(given_of(one->number)->slot);
		if (made != one->number) {
			RAW(dup3, made, one->number, O_CLOEXEC);
			RAW(close, made);
		}
		RAW(fcntl, one->number, F_SETFD, one->close_on_exec ? FD_CLOEXEC : 0);
	}
}
