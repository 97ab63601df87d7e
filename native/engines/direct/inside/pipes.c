#define _GNU_SOURCE
#include "content.h"
#include "descriptors.h"
#include "tree.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#define TEE_NONBLOCK 2
#define USUAL_SIZE 65536

/* Notes what was written into a pipe and not read yet; it stays there. */
bool pipe_note_content(struct descriptor *pipe)
{
	int waiting = 0, copy[2];
	unsigned char *room;
	long got;

	pipe->position = (uint64_t)RAW(fcntl, pipe->number, F_GETPIPE_SZ);
	if ((pipe->flags & O_ACCMODE) == O_WRONLY || pipe->same_as >= 0 || (given_of(pipe->number) && !given_of(pipe->number)->leads))
		return true;
	RAW(ioctl, pipe->number, FIONREAD, &waiting);
	if (waiting == 0)
		return true;
	if (pipe->flags & O_DIRECT)
		return refuse("a pipe of packets (O_DIRECT) cannot be taken along with what it holds", NULL, 0);
	room = content_take((uint64_t)waiting);
	if (!room)
		return false;
	got = RAW(pipe2, copy, O_CLOEXEC | O_NONBLOCK);
	if (got < 0)
		return refuse("cannot make a pipe", NULL, got);
	/* As many pieces as this one has room for. */
	RAW(fcntl, copy[1], F_SETPIPE_SZ, pipe->position);
	got = RAW(tee, pipe->number, copy[1], waiting, TEE_NONBLOCK);
	if (got == waiting)
		got = RAW(read, copy[0], room, waiting);
	RAW(close, copy[0]);
	RAW(close, copy[1]);
	if (got != waiting)
		return refuse("cannot read what a pipe holds", NULL, got < 0 ? got : 0);
	pipe->content = room;
	pipe->length = (uint64_t)waiting;
	return true;
}

void write_whole(long to, const unsigned char *content, uint64_t length)
{
	while (length > 0) {
		long wrote = RAW(write, to, content, length);

		if (wrote <= 0)
			die_restored(72, "cannot put back what a pipe or a memory file held", NULL, wrote);
		content += wrote;
		length -= (uint64_t)wrote;
	}
}

/* Makes both ends, with what was in between; one alone is the end of a pipe whose other end is gone. */
void pipe_remake(const struct descriptor *end)
{
	const struct descriptor *peer = end->peer >= 0 ? descriptor_of(end->peer) : NULL, *reader, *writer;
	bool reads = (end->flags & O_ACCMODE) == O_RDONLY;
	int made[2];
	long lifted[2];

	if (peer && peer < end)
		return; /* was made with that one */
	reader = reads ? end : peer;
	writer = reads ? peer : end;
	need(RAW(pipe2, made, O_CLOEXEC | (end->flags & O_DIRECT)), "cannot make a pipe of the program anew");
	for (int i = 0; i < 2; i++)
		lifted[i] = lift(made[i]);
	if (end->position != USUAL_SIZE)
		RAW(fcntl, lifted[1], F_SETPIPE_SZ, end->position);
	if (reader && reader->length > 0) {
		RAW(fcntl, lifted[1], F_SETFL, O_NONBLOCK); /* an error, not a copy that waits for ever */
		write_whole(lifted[1], reader->content, reader->length);
		RAW(fcntl, lifted[1], F_SETFL, 0);
	}
	if (reader)
		place(reader, lifted[0]);
	else
		RAW(close, lifted[0]);
	if (writer)
		place(writer, lifted[1]);
	else
		RAW(close, lifted[1]);
}
