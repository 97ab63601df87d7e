#define _GNU_SOURCE
#include "trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static __thread bool busy;
static bool ready;
/* The number that `crac trace --fd` follows: of all others it is not asked who closes them. */
static int followed = -1;

__attribute__((constructor)) static void begin(void)
{
	const char *fd = getenv("CRAC_TRACE_FD");

	if (fd)
		followed = atoi(fd);
	stack_prepare();
	ready = journal_open();
}

/* Never inlined: stack.c leaves out a known number of our frames. */
__attribute__((noinline)) static void note_as(char kind, int fd, int other)
{
	char text[24 * 1024];
	struct timespec now;
	int saved = errno;
	size_t used, native;

	if (!ready || busy || fd < 0)
		return;
	busy = true; /* what is opened while we look is not the program's */
	clock_gettime(CLOCK_REALTIME, &now);
	used = snprintf(text, sizeof(text), "%c %d %d %lld.%09ld %d %d\n", kind, getpid(), gettid(),
			(long long)now.tv_sec, now.tv_nsec, fd, other);
	native = used;
	used += stack_text(text + used, 12 * 1024);
	text[used] = '\0';
	used += java_text(text + native, text + used, sizeof(text) - used);
	used += javascript_text(text + used, sizeof(text) - used);
	journal_write(text, used);
	busy = false;
	errno = saved;
}

__attribute__((noinline)) void note(int fd, int other)
{
	note_as('d', fd, other);
	__asm__ volatile(""); /* no tail call: it would be one frame less */
}

__attribute__((noinline)) void note_close(int fd)
{
	if (fd == followed)
		note_as('c', fd, -1);
	__asm__ volatile("");
}
