#define _GNU_SOURCE
#include "anonymous.h"
#include "caller-streams.h"
#include "content.h"
#include "descriptors.h"
#include "file-locks.h"
#include "inotify.h"
#include "nameless.h"
#include "pairs.h"
#include "shared-memory.h"
#include "tree.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#define AS_IT_WAS "cannot make a descriptor as it was"

static int lowest; /* above all numbers of the program */

long need(long made, const char *what)
{
	if (made < 0)
		die_restored(72, what, NULL, made);
	return made;
}

long lift(long made)
{
	long lifted = need(RAW(fcntl, made, F_DUPFD_CLOEXEC, lowest), "too few descriptors are allowed here (ulimit -n)");

	RAW(close, made);
	return lifted;
}

void place(const struct descriptor *descriptor, long made)
{
	int number = descriptor->number;
	long now = need(RAW(fcntl, made, F_GETFL), AS_IT_WAS);

	if ((now & (O_NONBLOCK | O_APPEND)) != (descriptor->flags & (O_NONBLOCK | O_APPEND)))
		need(RAW(fcntl, made, F_SETFL, descriptor->flags), AS_IT_WAS);
	if (made == number) {
		need(RAW(fcntl, number, F_SETFD, descriptor->close_on_exec ? FD_CLOEXEC : 0), AS_IT_WAS);
		return;
	}
	need(RAW(dup3, made, number, descriptor->close_on_exec ? O_CLOEXEC : 0), AS_IT_WAS);
	RAW(close, made);
}

static void remake_file(const struct descriptor *file)
{
	const char *path = descriptors.text + file->path;
	long made;

	if (!file_is_wanted(file))
		return;
	made = RAW(openat, AT_FDCWD, path, (file->flags & ~(O_CREAT | O_EXCL | O_TRUNC)) | O_NOCTTY | O_CLOEXEC);

	if (made < 0)
		die_restored(72, "the program had a file open that cannot be opened now:", path, made);
	if (file->position)
		RAW(lseek, made, file->position, SEEK_SET);
	place(file, made);
}

static void remake(struct descriptor *descriptor)
{
	if (given_of(descriptor->number)) {
		given_remake(descriptor);
		return;
	}
	switch (descriptor->kind) {
	case KIND_FILE:
		remake_file(descriptor);
		break;
	case KIND_NAMELESS:
		nameless_remake(descriptor);
		break;
	case KIND_INOTIFY:
		inotify_remake(descriptor);
		break;
	case KIND_PIPE:
		pipe_remake(descriptor);
		break;
	case KIND_PAIR:
		pair_remake(descriptor);
		break;
	case KIND_SOCKET:
		socket_remake(descriptor);
		break;
	case KIND_ENDED:
		ended_remake(descriptor);
		break;
	default:
		anonymous_remake(descriptor);
	}
}

/* Makes a pipe or socket non-blocking: libuv reads it until there is nothing left, and must not wait there. */
static void no_waiting(int number)
{
	struct stat status;
	long flags = RAW(fcntl, number, F_GETFL);

	if (flags < 0 || RAW(fstat, number, &status) < 0)
		return;
	if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode))
		RAW(fcntl, number, F_SETFL, flags | O_NONBLOCK);
}

/* Puts further numbers of standard streams, which are the caller's, where those go. */
static void remake_streams(void)
{
	caller_streams_note();
	for (int i = 0; i < descriptors.count; i++) {
		const struct descriptor *stream = &descriptors.all[i];

		if (stream->kind == KIND_STREAM && stream->number <= 2 && stream->flags & O_NONBLOCK)
			no_waiting(stream->number);
		if (stream->kind == KIND_STREAM && stream->number > 2 && !given_of(stream->number))
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
	lowest = descriptors_highest() + 1;
	remake_streams();
	for (int i = 0; i < descriptors.count; i++)
		if (descriptors.all[i].same_as < 0)
			remake(&descriptors.all[i]);
	for (int i = 0; i < descriptors.count; i++) {
		const struct descriptor *one = &descriptors.all[i];

		if (one->same_as >= 0)
			RAW(dup3, one->same_as, one->number, one->close_on_exec ? O_CLOEXEC : 0);
	}
	passed_exchange();
	shared_memory_remake();
	nameless_end();
	sockets_connect();
	named_queues_put_back();
	content_drop();
	inotify_watch_again();
	closed_files_bar();
	file_locks_take();
	if (handover.ports >= 0)
		RAW(close, handover.ports);
	for (int i = 0; i < descriptors.watch_count; i++)
		watch_again(&descriptors.watches[i]);
}
