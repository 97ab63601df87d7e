#define _GNU_SOURCE
#include "descriptors.h"
#include "tree.h"

#include <fcntl.h>

/* Tells whether two numbers are of one open file, which shares its position: the one of these is moved, and the other
 * looked at. Nobody reads meanwhile: all threads stand still. (kcmp would tell, and containers forbid it.) */
static bool share_position(const struct descriptor *a, const struct descriptor *b)
{
	long moved = RAW(lseek, a->number, a->position + 1, SEEK_SET), seen;

	if (moved < 0)
		return false;
	seen = RAW(lseek, b->number, 0, SEEK_CUR);
	RAW(lseek, a->number, a->position, SEEK_SET);
	return seen == moved;
}

/* Tells the same by O_NONBLOCK, where there is no position. */
static bool share_flags(const struct descriptor *a, const struct descriptor *b)
{
	bool shared;

	if (RAW(fcntl, a->number, F_SETFL, a->flags ^ O_NONBLOCK) < 0)
		return false;
	shared = RAW(fcntl, b->number, F_GETFL) != b->flags;
	RAW(fcntl, a->number, F_SETFL, a->flags);
	return shared;
}

static bool is_same(const struct descriptor *a, const struct descriptor *b)
{
	if (a->kind != b->kind || a->flags != b->flags || a->inode != b->inode)
		return false;
	switch (a->kind) {
	case KIND_FILE:
		return a->position == b->position && text_same(descriptors.text + a->path, descriptors.text + b->path) &&
		       share_position(a, b);
	case KIND_NAMELESS:
		return a->nameless == b->nameless && a->position == b->position && share_position(a, b);
	case KIND_TIMERFD:
	case KIND_SIGNALFD:
	case KIND_EPOLL:
	case KIND_INOTIFY:
		return share_flags(a, b);
	case KIND_PIPE:
	case KIND_EVENTFD:
	case KIND_SOCKET:
	case KIND_PAIR:
	case KIND_ENDED:
		return true;
	default:
		return false;
	}
}

static bool are_ends(const struct descriptor *a, const struct descriptor *b)
{
	return a->kind == KIND_PIPE && b->kind == KIND_PIPE && a->inode == b->inode &&
	       (a->flags & O_ACCMODE) != (b->flags & O_ACCMODE);
}

/* Notes which numbers are one description, and which pipes' ends belong together. */
void shared_note(void)
{
	for (int i = 0; i < descriptors.count; i++) {
		struct descriptor *one = &descriptors.all[i];

		for (int j = 0; j < i && one->same_as < 0; j++)
			if (descriptors.all[j].same_as < 0 && is_same(&descriptors.all[j], one))
				one->same_as = descriptors.all[j].number;
	}
	for (int i = 0; i < descriptors.count; i++)
		for (int j = 0; j < descriptors.count && descriptors.all[i].kind == KIND_PIPE && !given_of(descriptors.all[i].number); j++)
			if (descriptors.all[j].same_as < 0 && are_ends(&descriptors.all[i], &descriptors.all[j]))
				descriptors.all[i].peer = descriptors.all[j].number;
}
