#define _GNU_SOURCE
#include "descriptors.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* What was made here stands above all numbers of the program until it is put at its own. */
#define LIFTED (descriptors_highest() + 1)

void place(const struct descriptor *descriptor, long made)
{
	int number = descriptor->number;
	long now = RAW(fcntl, made, F_GETFL);

	if (now >= 0 && (now & (O_NONBLOCK | O_APPEND)) != (descriptor->flags & (O_NONBLOCK | O_APPEND)))
		RAW(fcntl, made, F_SETFL, descriptor->flags);
	if (made == number) {
		RAW(fcntl, number, F_SETFD, descriptor->close_on_exec ? FD_CLOEXEC : 0);
		return;
	}
	RAW(dup3, made, number, descriptor->close_on_exec ? O_CLOEXEC : 0);
	RAW(close, made);
}

static void remake_file(const struct descriptor *file)
{
	const char *path = descriptors.text + file->path;
	long made = RAW(openat, AT_FDCWD, path, (file->flags & ~(O_CREAT | O_EXCL | O_TRUNC)) | O_NOCTTY | O_CLOEXEC);

	if (made < 0)
		die_restored(72, "the program had a file open that cannot be opened now:", path, made);
	if (file->position)
		RAW(lseek, made, file->position, SEEK_SET);
	place(file, made);
}

static void write_whole(long to, const unsigned char *content, uint64_t length)
{
	while (length > 0) {
		long wrote = RAW(write, to, content, length);

		if (wrote <= 0)
			die_restored(72, "cannot put back what a pipe or a memory file held", NULL, wrote);
		content += wrote;
		length -= (uint64_t)wrote;
	}
}

static void remake_memory(const struct descriptor *file)
{
	long made = RAW(memfd_create, descriptors.text + file->path + text_length("/memfd:"), 1 /* MFD_CLOEXEC */);

	if (made < 0)
		die_restored(72, "cannot make a memory file anew", NULL, made);
	write_whole(made, descriptors.content + file->content, file->length);
	RAW(lseek, made, file->position, SEEK_SET);
	place(file, made);
}

/* Both ends, with what was in between; one alone is the end of a pipe whose other end is gone. */
static void remake_pipe(const struct descriptor *end)
{
	const struct descriptor *peer = end->peer >= 0 ? descriptor_of(end->peer) : NULL, *reader, *writer;
	bool reads = (end->flags & O_ACCMODE) == O_RDONLY;
	int made[2];
	long done, lifted[2];

	if (peer && peer < end)
		return; /* was made with that one */
	reader = reads ? end : peer;
	writer = reads ? peer : end;
	done = RAW(pipe2, made, O_CLOEXEC);
	if (done < 0)
		die_restored(72, "cannot make a pipe of the program anew", NULL, done);
	for (int i = 0; i < 2; i++) {
		lifted[i] = RAW(fcntl, made[i], F_DUPFD_CLOEXEC, LIFTED);
		if (lifted[i] < 0)
			die_restored(72, "too few descriptors are allowed here (ulimit -n)", NULL, lifted[i]);
		RAW(close, made[i]);
	}
	if (reader && reader->length > 0) {
		if (reader->length > 65536)
			RAW(fcntl, lifted[1], 1031 /* F_SETPIPE_SZ */, reader->length);
		write_whole(lifted[1], descriptors.content + reader->content, reader->length);
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

/* Reads find the end, and writes that nobody is there. */
static void remake_ended(const struct descriptor *socket)
{
	int made[2];
	long done = RAW(socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, made), lifted;

	if (done < 0)
		die_restored(72, "cannot make a socket of the program anew", NULL, done);
	lifted = RAW(fcntl, made[0], F_DUPFD_CLOEXEC, LIFTED);
	RAW(close, made[0]);
	RAW(close, made[1]);
	if (lifted < 0)
		die_restored(72, "too few descriptors are allowed here (ulimit -n)", NULL, lifted);
	place(socket, lifted);
}

static long need(long made, const char *what)
{
	if (made < 0)
		die_restored(72, what, NULL, made);
	return made;
}

static void remake(struct descriptor *descriptor)
{
	int flags = O_CLOEXEC | (descriptor->flags & O_NONBLOCK);
	long made;

	switch (descriptor->kind) {
	case KIND_FILE:
		remake_file(descriptor);
		break;
	case KIND_MEMORY:
		remake_memory(descriptor);
		break;
	case KIND_PIPE:
		remake_pipe(descriptor);
		break;
	case KIND_SOCKET:
		socket_remake(descriptor);
		break;
	case KIND_ENDED:
		remake_ended(descriptor);
		break;
	case KIND_EVENTFD:
		made = RAW(eventfd2, 0, flags | (descriptor->counts_down ? 1 : 0));
		place(descriptor, need(made, "cannot make an event counter anew"));
		if (descriptor->position)
			RAW(write, descriptor->number, &descriptor->position, 8);
		break;
	case KIND_TIMERFD:
		made = need(RAW(timerfd_create, descriptor->clock, flags), "cannot make a timer descriptor anew");
		RAW(timerfd_settime, made, 0, descriptor->timer, 0);
		place(descriptor, made);
		break;
	case KIND_SIGNALFD:
		made = RAW(signalfd4, -1, &descriptor->mask, 8, flags);
		place(descriptor, need(made, "cannot make a signal descriptor anew"));
		break;
	case KIND_EPOLL:
		place(descriptor, need(RAW(epoll_create1, O_CLOEXEC), "cannot make an epoll set anew"));
		break;
	default:
		break;
	}
}

/* libuv reads a pipe or socket until there is nothing left, and must not wait there. */
static void no_waiting(int number)
{
	uint32_t kind[36]; /* struct stat */
	long flags = RAW(fcntl, number, F_GETFL);

	if (flags < 0 || RAW(fstat, number, kind) < 0)
		return;
	if ((kind[6] & S_IFMT) == S_IFIFO || (kind[6] & S_IFMT) == S_IFSOCK)
		RAW(fcntl, number, F_SETFL, flags | O_NONBLOCK);
}

/* Standard streams are the caller's: further numbers of them go where those go. */
static void remake_streams(void)
{
	for (int i = 0; i < descriptors.count; i++) {
		const struct descriptor *stream = &descriptors.all[i];

		if (stream->kind == KIND_STREAM && stream->number <= 2 && stream->flags & O_NONBLOCK)
			no_waiting(stream->number);
		if (stream->kind == KIND_STREAM && stream->number > 2)
			RAW(dup3, stream->stream, stream->number, stream->close_on_exec ? O_CLOEXEC : 0);
	}
}

static void watch_again(const struct watch *watch)
{
	struct epoll_event event = { .events = watch->events, .data.u64 = watch->data };
	long done;

	if (!descriptor_of(watch->number))
		return; /* closed since; the set keeps only what was open */
	done = RAW(epoll_ctl, watch->epoll, EPOLL_CTL_ADD, watch->number, &event);
	/* EPERM: a standard stream that is a file now, whose reads never wait. */
	if (done < 0 && done != -1)
		die_restored(72, "cannot watch a descriptor of the program again", NULL, done);
}

void descriptors_remake(void)
{
	remake_streams();
	for (int i = 0; i < descriptors.count; i++)
		if (descriptors.all[i].same_as < 0)
			remake(&descriptors.all[i]);
	for (int i = 0; i < descriptors.count; i++) {
		const struct descriptor *one = &descriptors.all[i];

		if (one->same_as >= 0)
			RAW(dup3, one->same_as, one->number, one->close_on_exec ? O_CLOEXEC : 0);
	}
	for (int i = 0; i < descriptors.watch_count; i++)
		watch_again(&descriptors.watches[i]);
}
