#define _GNU_SOURCE
#include "content.h"
#include "descriptors.h"
#include "pairs.h"

#include <fcntl.h>

struct descriptors descriptors;

static char info[1 << 20], link_text[4096];
static const struct excluded *excluded;

static char *path_of(const char *directory, int number)
{
	static char path[64];

	text_put_number(text_put(path, directory), (uint64_t)number);
	return path;
}

static uint64_t field(const char *name, unsigned base)
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

static bool note_timer(struct descriptor *descriptor)
{
	const char *value = text_find(info, "it_value: ("), *interval = text_find(info, "it_interval: (");

	if (!value || !interval)
		return refuse("a timer descriptor says nothing of its time", NULL, 0);
	descriptor->clock = (int)field("clockid:", 10);
	interval += text_length("it_interval: (");
	descriptor->timer[0] = text_number(&interval, 10);
	interval += 2;
	descriptor->timer[1] = text_number(&interval, 10);
	value += text_length("it_value: (");
	descriptor->timer[2] = text_number(&value, 10);
	value += 2;
	descriptor->timer[3] = text_number(&value, 10);
	return true;
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
		long length = RAW(readlink, path_of("/proc/self/fd/", number), stream, sizeof(stream) - 1);

		stream[length > 0 ? length : 0] = '\0';
		if (text_same(stream, link_text))
			descriptor->stream = number;
	}
	return true;
}

static bool note_path(struct descriptor *descriptor)
{
	if (is_terminal(descriptor))
		return true;
	descriptor->kind = KIND_FILE;
	if (text_ends(link_text, " (deleted)"))
		return refuse("a file has been deleted that is open still:", link_text, 0);
	descriptor->path = descriptor_text(link_text);
	return descriptor->path || refuse("the names of open files are too long together", NULL, 0);
}

static bool note_anonymous(struct descriptor *descriptor)
{
	const char *kind = link_text + text_length("anon_inode:");

	if (text_same(kind, "[eventfd]")) {
		descriptor->kind = KIND_EVENTFD;
		descriptor->position = field("eventfd-count:", 16);
		descriptor->inode = field("eventfd-id:", 10);
		descriptor->counts_down = field("eventfd-semaphore:", 10) != 0;
		return true;
	}
	descriptor->inode = 0; /* of all of them together */
	if (text_same(kind, "[timerfd]")) {
		descriptor->kind = KIND_TIMERFD;
		return note_timer(descriptor);
	}
	if (text_same(kind, "[signalfd]")) {
		descriptor->kind = KIND_SIGNALFD;
		descriptor->mask = field("sigmask:", 16);
		return true;
	}
	if (text_same(kind, "[eventpoll]")) {
		descriptor->kind = KIND_EPOLL;
		return watches_note(descriptor->number, info);
	}
	return refuse("this engine cannot make anew what the kernel calls", link_text, 0);
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
		return note_anonymous(descriptor);
	if (text_starts(link_text, "/memfd:"))
		return memory_file_note(descriptor) && ((descriptor->path = descriptor_text(link_text)) || refuse("the names of open files are too long together", NULL, 0));
	if (*link_text == '/')
		return note_path(descriptor);
	return refuse("this engine cannot make anew what the kernel calls", link_text, 0);
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
	long length;

	(void)data;
	if (is_excluded(number))
		return true;
	if (descriptors.count == DESCRIPTORS_MAX)
		return refuse_number("the program has more descriptors than this engine dumps (", DESCRIPTORS_MAX, ")");
	length = RAW(readlink, path_of("/proc/self/fd/", number), link_text, sizeof(link_text) - 1);
	if (length < 0)
		return refuse("cannot read", path_of("/proc/self/fd/", number), length);
	link_text[length] = '\0';
	length = proc_read(path_of("/proc/self/fdinfo/", number), info, sizeof(info));
	if (length < 0)
		return refuse("cannot read", path_of("/proc/self/fdinfo/", number), length);
	bytes_clear(descriptor, sizeof(*descriptor));
	descriptor->number = number;
	descriptor->same_as = descriptor->peer = -1;
	descriptor->flags = (int)field("flags:", 8);
	descriptor->close_on_exec = descriptor->flags & O_CLOEXEC;
	descriptor->flags &= ~O_CLOEXEC;
	descriptor->position = field("pos:", 10);
	descriptor->inode = field("\nino:", 10);
	descriptors.count++;
	descriptor->stream = stream_of(number);
	descriptor->kind = KIND_STREAM;
	return descriptor->stream >= 0 || note_kind(descriptor);
}

bool descriptors_note(const struct excluded *without)
{
	excluded = without;
	descriptors.count = descriptors.watch_count = descriptors.socket_count = 0;
	descriptors.text_length = 1;
	content_begin();
	if (!proc_each_number("/proc/self/fd", note, NULL))
		return false;
	shared_note();
	for (int i = 0; i < descriptors.count; i++)
		if (descriptors.all[i].kind == KIND_PIPE && !pipe_note_content(&descriptors.all[i]))
			return false;
	if (!pairs_note())
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
