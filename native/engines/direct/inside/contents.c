#define _GNU_SOURCE
#include "descriptors.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#define TEE_NONBLOCK 2

static unsigned char *content_room(uint64_t length)
{
	if (descriptors.content_length + length > CONTENT_MAX)
		return NULL;
	return descriptors.content + descriptors.content_length;
}

static bool too_much(void)
{
	return refuse("pipes and memory files of the program hold more bytes than this engine takes along (8 MiB)", NULL, 0);
}

/* What was written into a pipe and not read yet; it stays there. */
bool pipe_note_content(struct descriptor *pipe)
{
	int waiting = 0, copy[2];
	unsigned char *room;
	long got;

	if ((pipe->flags & O_ACCMODE) == O_WRONLY || pipe->same_as >= 0)
		return true;
	if (pipe->flags & O_DIRECT)
		return refuse("a pipe of packets (O_DIRECT) cannot be taken along", NULL, 0);
	RAW(ioctl, pipe->number, FIONREAD, &waiting);
	if (waiting == 0)
		return true;
	room = content_room((uint64_t)waiting);
	if (!room)
		return too_much();
	got = RAW(pipe2, copy, O_CLOEXEC | O_NONBLOCK);
	if (got < 0)
		return refuse("cannot make a pipe", NULL, got);
	RAW(fcntl, copy[1], F_SETPIPE_SZ, waiting + 65536);
	got = RAW(tee, pipe->number, copy[1], waiting, TEE_NONBLOCK);
	if (got == waiting)
		got = RAW(read, copy[0], room, waiting);
	RAW(close, copy[0]);
	RAW(close, copy[1]);
	if (got != waiting)
		return refuse("cannot read what a pipe holds", NULL, got < 0 ? got : 0);
	pipe->content = descriptors.content_length;
	pipe->length = (uint64_t)waiting;
	descriptors.content_length += (uint64_t)waiting;
	return true;
}

bool memory_file_note(struct descriptor *file)
{
	long size = RAW(lseek, file->number, 0, SEEK_END), got;
	unsigned char *room;

	RAW(lseek, file->number, file->position, SEEK_SET);
	file->kind = KIND_MEMORY;
	if (size < 0)
		return refuse("cannot read a memory file", NULL, size);
	room = content_room((uint64_t)size);
	if (!room)
		return too_much();
	got = RAW(pread64, file->number, room, size, 0);
	if (got != size)
		return refuse("cannot read a memory file", NULL, got < 0 ? got : 0);
	file->content = descriptors.content_length;
	file->length = (uint64_t)size;
	descriptors.content_length += (uint64_t)size;
	return true;
}
