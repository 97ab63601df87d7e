/*
 * A note of each descriptor that native code makes, and of who called (opened.c). fcntl(F_DUPFD) is left out: node
 * calls fcntl often, and a duplicate that an addon makes has its original beside it. So are dup2 and dup3, which say
 * themselves what they replace.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 32 /* open64 and fopen64 are functions of their own here */
#include "preload/opened.h"

static inline void note_both(int fd, int other, void *caller)
{
	opened_note(fd, caller);
	if (other >= 0)
		opened_note(other, caller);
}

/* How many connections this process has taken: native/addon/written-pages.c asks. */
__attribute__((visibility("default"))) unsigned crac_accepted;

static void note_accepted(int fd, void *caller)
{
	crac_accepted++;
	opened_note(fd, caller);
}

#define NOTE(fd, other) note_both(fd, other, __builtin_return_address(0))
#define NOTE_ACCEPTED(fd) note_accepted(fd, __builtin_return_address(0))
#define OWN_POPEN /* system.c */
#include "preload/openers.h"
