#define _GNU_SOURCE
#include "anonymous.h"
#include "content.h"
#include "descriptors.h"
#include "file-locks.h"
#include "inotify.h"
#include "nameless.h"
#include "pairs.h"
#include "shared-memory.h"
#include "tree.h"

#include <fcntl.h>
#include <sys/stat.h>

struct descriptors descriptors;

static char info[4 << 20], link_text[4096];
static const struct excluded *excluded;

static char *path_of(const char *directory, int number)
{
	static char path[64];

	text_put_number(text_put(path, directory), (uint64_t)number);
	return path;
}

uint64_t info_field(const char *info, const char *name, unsigned base)
{
	const char *at = text_find(info, name);

	if (!at)
		return 0;
	at += text_length(name);
	text_blanks(&at);
	return text_number(&at, base);
}

struct descriptor *descriptor_of(int number)
{
	for (int i = 0; i < descriptors.count; i++)
		if (descriptors.all[i].number == number)
			return &descriptors.all[i];
	return NULL;
}

uint32_t descriptor_text(const char *text)
{
	size_t size = text_length(text) + 1;
	uint32_t at = descriptors.text_length;

	if (at + size > TEXT_MAX)
		return 0;
	bytes_copy(descriptors.text + at, text, size);
	descriptors.text_length += (uint32_t)size;
	return at;
}

/* Tells whether it is a further number of a terminal, as libuv opens one for itself: it goes where that stream goes. */
static bool is_terminal(struct descriptor *descriptor)
{
	static char stream[4096];

	if (!text_starts(link_text, "/dev/pts/") && !text_same(link_text, "/dev/tty") && !text_same(link_text, "/dev/console"))
		return false;
	descriptor->kind = KIND_STREAM;
	descriptor->stream = 1;
	for (int number = 0; number < 3; number++) {
		long length = RAW(readlinkat, AT_FDCWD, path_of("/proc/self/fd/", number), stream, sizeof(stream) - 1);

		stream[length > 0 ? length : 0] = '\0';
		if (text_same(stream, link_text))
			descriptor->stream = number;
	}
	return true;
}

/* Files may be called so. */
static bool is_named(int number)
{
	struct stat named, open;

	return RAW(newfstatat, AT_FDCWD, link_text, &named, AT_SYMLINK_NOFOLLOW) >= 0 && RAW(fstat, number, &open) >= 0 &&
	       named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

static bool note_path(struct descriptor *descriptor)
{
	if (is_terminal(descriptor))
		return true;
	descriptor->kind = KIND_FILE;
	if (text_ends(link_text, " (deleted)") && !is_named(descriptor->number)) {
		link_text[text_length(link_text) - text_length(" (deleted)")] = '\0';
		return nameless_note(descriptor, link_text, false);
	}
	descriptor->path = descriptor_text(link_text);
	return descriptor->path || refuse("the names of open files are too long together", NULL, 0);
}

static bool note_kind(struct descriptor *descriptor)
{
	const char *number = link_text;

	if (text_starts(link_text, "pipe:[")) {
		number += text_length("pipe:[");
		descriptor->inode = text_number(&number, 10);
		descriptor->kind = KIND_PIPE;
		return true;
	}
	if (text_starts(link_text, "socket:[")) {
		number += text_length("socket:[");
		descriptor->inode = text_number(&number, 10);
		return socket_note(descriptor);
	}
	if (text_starts(link_text, "anon_inode:"))
		return anonymous_note(descriptor, link_text, info);
	if (text_starts(link_text, "/memfd:")) {
		if (text_ends(link_text, " (deleted)"))
			link_text[text_length(link_text) - text_length(" (deleted)")] = '\0';
		return nameless_note(descriptor, link_text, true);
	}
	if (*link_text == '/')
		return note_path(descriptor);
	return refuse("this engine cannot make anew what the kernel calls", link_text, 0);
}

static bool read_info(int number)
{
	long length = proc_read(path_of("/proc/self/fdinfo/", number), info, sizeof(info));

	return length >= 0 || refuse("cannot read", path_of("/proc/self/fdinfo/", number), length);
}

static bool is_excluded(int number)
{
	for (int i = 0; i < excluded->count; i++)
		if (excluded->fds[i] == number)
			return true;
	return false;
}

static int stream_of(int number)
{
	for (int i = 0; i < excluded->slot_count; i++)
		if (excluded->slots[i].fd == number)
			return excluded->slots[i].stream;
	return -1;
}

static bool note(int number, void *data)
{
	struct descriptor *descriptor = &descriptors.all[descriptors.count];
	const struct given *given = given_of(number);
	long length;

	(void)data;
	if (is_excluded(number))
		return true;
	if (descriptors.count == DESCRIPTORS_MAX)
		return refuse_number("the program has more descriptors than this engine dumps (", DESCRIPTORS_MAX, ")");
	length = RAW(readlinkat, AT_FDCWD, path_of("/proc/self/fd/", number), link_text, sizeof(link_text) - 1);
	if (length < 0)
		return refuse("cannot read", path_of("/proc/self/fd/", number), length);
	link_text[length] = '\0';
	if (!read_info(number))
		return false;
	bytes_clear(descriptor, sizeof(*descriptor));
	descriptor->number = number;
	descriptor->same_as = descriptor->peer = -1;
	descriptor->flags = (int)info_field(info, "flags:", 8);
	descriptor->close_on_exec = descriptor->flags & O_CLOEXEC;
	descriptor->flags &= ~O_CLOEXEC;
	descriptor->position = info_field(info, "pos:", 10);
	descriptor->inode = descriptor->file_inode = info_field(info, "\nino:", 10);
	descriptors.count++;
	descriptor->stream = stream_of(number);
	descriptor->kind = KIND_STREAM;
	if (given && given->is_taken) {
		descriptor->kind = KIND_TAKEN;
		descriptor->path = descriptor_text(link_text);
		return true;
	}
	return descriptor->stream >= 0 || (given && given->is_stream) || note_kind(descriptor);
}

/* What is asked once for each description. */
static bool note_further(struct descriptor *descriptor)
{
	bool is_file = descriptor->kind == KIND_FILE || descriptor->kind == KIND_TAKEN;

	if (descriptor->kind == KIND_PIPE)
		return pipe_note_content(descriptor);
	if ((descriptor->kind != KIND_INOTIFY && !is_file) || descriptor->same_as >= 0)
		return true;
	if (!read_info(descriptor->number))
		return false;
	return is_file ? file_locks_note(descriptor, info) : inotify_note(descriptor, info);
}

bool descriptors_note(const struct excluded *without)
{
	excluded = without;
	descriptors.count = descriptors.watch_count = descriptors.socket_count = 0;
	descriptors.text_length = 1;
	content_begin();
	nameless_begin();
	inotify_begin();
	file_locks_begin();
	if (!proc_each_number("/proc/self/fd", note, NULL))
		return false;
	shared_note();
	watches_find();
	for (int i = 0; i < descriptors.count; i++)
		if (!note_further(&descriptors.all[i]))
			return false;
	if (!pairs_note() || !shared_memory_note())
		return false;
	content_seal();
	return true;
}

int descriptors_highest(void)
{
	int highest = 2;

	for (int i = 0; i < descriptors.count; i++)
		if (descriptors.all[i].number > highest)
			highest = descriptors.all[i].number;
	return highest;
}
