#define _GNU_SOURCE
#include "file-locks.h"

#include <fcntl.h>
#include <sys/file.h>

#define LOCKS_MAX 1024

static struct lock {
	int number;
	enum { LOCK_OF_PROCESS, LOCK_OF_DESCRIPTION, LOCK_WHOLE } kind;
	bool writes;
	uint64_t start, length; /* 0: to the end of the file, however long that gets */
	uint32_t path;
} locks[LOCKS_MAX];
static int lock_count;

void file_locks_begin(void)
{
	lock_count = 0;
}

/* `1: POSIX  ADVISORY  WRITE 359 08:01:1234 0 EOF`: the number, the kind, …, the first byte and the last one. */
static bool read_lock(const char *at, const struct descriptor *file)
{
	struct lock *lock = &locks[lock_count];
	const char *end = at, *last, *first;

	while (*end && *end != '\n')
		end++;
	for (last = end; last > at && last[-1] != ' '; last--)
		;
	for (first = last - 1; first > at && first[-1] != ' '; first--)
		;
	if (lock_count == LOCKS_MAX)
		return refuse_number("the program has more locks on files than this engine notes (", LOCKS_MAX, ")");
	*lock = (struct lock){ .number = file->number, .path = file->path };
	if (text_starts(at, "POSIX"))
		lock->kind = LOCK_OF_PROCESS;
	else if (text_starts(at, "OFDLCK"))
		lock->kind = LOCK_OF_DESCRIPTION;
	else if (text_starts(at, "FLOCK"))
		lock->kind = LOCK_WHOLE;
	else
		return true; /* a lease is a notice, not a lock */
	lock->writes = text_find(at, " WRITE ") && text_find(at, " WRITE ") < end;
	lock->start = text_number(&first, 10);
	if (!text_starts(last, "EOF"))
		lock->length = text_number(&last, 10) + 1 - lock->start;
	lock_count++;
	return true;
}

bool file_locks_note(const struct descriptor *file, const char *info)
{
	for (const char *at = info; (at = text_find(at, "lock:"));) {
		at += text_length("lock:");
		while (*at && *at != ':' && *at != '\n')
			at++;
		at += *at == ':';
		text_blanks(&at);
		if (!read_lock(at, file))
			return false;
	}
	return true;
}

/* The number, or another one of the same description, that a rule of the restore has not closed; -1 for none. */
static int open_number(int number)
{
	for (int i = 0; i < descriptors.count; i++) {
		const struct descriptor *one = &descriptors.all[i];

		if ((one->number == number || one->same_as == number) && !number_is_closed(one->number))
			return one->number;
	}
	return -1;
}

static long take(const struct lock *lock, int number)
{
	const struct flock range = { .l_type = lock->writes ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET,
				     .l_start = (off_t)lock->start, .l_len = (off_t)lock->length };

	if (lock->kind == LOCK_WHOLE)
		return RAW(flock, number, (lock->writes ? LOCK_EX : LOCK_SH) | LOCK_NB);
	return RAW(fcntl, number, lock->kind == LOCK_OF_PROCESS ? F_SETLK : F_OFD_SETLK, &range);
}

/* Whoever held one relies on it. */
void file_locks_take(void)
{
	for (int i = 0; i < lock_count; i++) {
		int number = open_number(locks[i].number);
		long done = number < 0 ? 0 : take(&locks[i], number);

		if (done < 0)
			die_restored(72, "the program held a lock that another process or copy has now; only one copy can go on with it (docs/descriptors.md):", descriptors.text + locks[i].path, done);
	}
}
