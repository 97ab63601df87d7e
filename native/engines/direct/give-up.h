/* How a restore ends that fails where the restorer's own program is gone already, without libc: its record is removed, and
 * the program is started without the image where --or-run asks for it. All that is needed stands in the payload
 * (native/restore/payload.c). */
#ifndef CRAC_DIRECT_GIVE_UP_H
#define CRAC_DIRECT_GIVE_UP_H

#include "engines/direct/raw.h"
#include "engines/direct/text.h"
#include "engines/direct/tree.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

struct give_up {
	char *text;
	size_t length;
	char **words, **variables; /* each ends with NULL */
	const char *record, *cwd;
};

static inline void *give_up_room(uint64_t size)
{
	long got = RAW(mmap, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return got < 0 && got > -4096 ? NULL : (void *)got;
}

/* Its fields end with a NUL each; so does what is read here. */
static inline bool give_up_read(struct give_up *given, int payload)
{
	long length = RAW(lseek, payload, 0, 2 /* SEEK_END */);
	size_t count = 2, words = 0, variables = 0;

	if (length <= 0)
		return false;
	given->text = give_up_room((uint64_t)length + 1);
	if (!given->text || RAW(pread64, payload, given->text, length, 0) != length)
		return false;
	for (long i = 0; i < length; i++)
		count += given->text[i] == '\0';
	given->words = give_up_room(2 * count * sizeof(char *));
	if (!given->words)
		return false;
	given->variables = given->words + count;
	for (char *field = given->text; field < given->text + length; field += text_length(field) + 1) {
		if (*field == 'O')
			given->words[words++] = field + 1;
		else if (*field == 'E')
			given->variables[variables++] = field + 1;
		else if (*field == 'D')
			given->record = field + 1;
		else if (*field == 'C')
			given->cwd = field + 1;
	}
	return true;
}

static inline void give_up_record(const char *path)
{
	char entries[4096] __attribute__((aligned(8)));
	long fd = RAW(openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), got;

	if (fd < 0)
		return;
	while ((got = RAW(getdents64, fd, entries, sizeof(entries))) > 0)
		for (long at = 0; at < got; at += *(unsigned short *)(entries + at + 16))
			RAW(unlinkat, fd, entries + at + 19, 0);
	RAW(close, fd);
	RAW(unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

static inline void give_up_start(const struct give_up *given)
{
	const uint64_t none = 0;
	char text[4500], *to = text_put(text, "crac: starting ");

	for (size_t i = 0; given->words[1][i] && i < 4096; i++)
		*to++ = given->words[1][i];
	to = text_put(to, " without the image\n");
	RAW(write, 2, text, to - text);
	if (given->cwd)
		RAW(chdir, given->cwd);
	RAW(close_range, 3, ~0u, 0);
	RAW(rt_sigprocmask, SIG_SETMASK, &none, 0, 8);
	RAW(execve, given->words[0], given->words, given->variables);
	to = text_put(text, "crac: cannot start it\n");
	RAW(write, 2, text, to - text);
}

/* Says which process was ended from outside: it could not. */
static inline void give_up_name(const struct child_pid *child, int signal)
{
	char text[400], *to = text_put_number(text_put(text, "crac: process "), (uint64_t)child->now);

	to = text_put(text_put_number(text_put(to, " ("), (uint64_t)child->was), " in the image) was ended by signal ");
	to = text_put(text_put_number(to, (uint64_t)signal), " before the copy was complete.\nWhat to do: restore again; the kernel ends processes where memory runs out: give the copy more\n");
	RAW(write, 2, text, to - text);
}

/* In a copy of several processes: lets the others see that this one fails, and waits for its own children, which end then.
 * Returns the exit code of one that has failed by itself, or this one. */
static inline int give_up_children(const struct tree_place *place, int code)
{
	int found = code, status;

	if (place->count == 0)
		return code;
	RAW(close_range, place->base, place->meet[1], 0);
	for (int i = 0; i < place->child_count; i++) {
		while (RAW(wait4, place->children[i].now, &status, 0, 0) == -4 /* EINTR */)
			;
		if (status & 0x7f)
			give_up_name(&place->children[i], status & 0x7f);
		if (found == code && (status & 0x7f) == 0 && status >> 8 != 0)
			found = status >> 8 & 0xff;
	}
	return found;
}

static inline _Noreturn void give_up(int payload, int code)
{
	struct give_up given = { 0 };

	if (give_up_read(&given, payload)) {
		if (given.record)
			give_up_record(given.record);
		if (given.words[0] && given.words[1])
			give_up_start(&given);
	}
	for (;;)
		RAW(exit_group, code);
}

#endif
