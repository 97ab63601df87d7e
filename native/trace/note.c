#define _GNU_SOURCE
#include "trace/trace.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <sys/syscall.h>
#include <unistd.h>

static __thread bool busy;
static bool ready;

/* The number of buffers, which are not on the stack: a signal handler's may be small. More at once than these are not
 * written down. */
#define BUFFERS 16
#define SIZE (24 * 1024)
/* The value instead of a second descriptor. */
#define WITH_ADDRESS -2
static char buffers[BUFFERS][SIZE];
static atomic_flag taken[BUFFERS];

static int take(void)
{
	for (int i = 0; i < BUFFERS; i++)
		if (!atomic_flag_test_and_set(&taken[i]))
			return i;
	return -1;
}

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

/* Writes a record; never inlined: stack.c leaves out a known number of our frames. */
__attribute__((noinline)) static void write_down(char *text, char kind, int fd, int other)
{
	struct timespec now;
	char name[17] = "";
	size_t used, native;

	clock_gettime(CLOCK_REALTIME, &now);
	used = snprintf(text, SIZE, "%c %d %d %lld.%09ld %d %d\n", kind, getpid(), (int)syscall(SYS_gettid), (long long)now.tv_sec,
			now.tv_nsec, fd, other);
	if (prctl(PR_GET_NAME, name) == 0)
		used += snprintf(text + used, SIZE - used, "m %s\n", name);
	if (kind != 'c' && other == WITH_ADDRESS)
		used += address_text(fd, text + used, SIZE - used);
	native = used;
	used += stack_text(text + used, SIZE / 2);
	text[used] = '\0';
	used += java_text(text + native, text + used, SIZE - used);
	used += javascript_text(text + used, SIZE - used);
	journal_write(text, used);
	__asm__ volatile(""); /* no tail call: it would be one frame less */
}

__attribute__((noinline)) static void note_as(char kind, int fd, int other)
{
	int saved = errno, buffer;

	if (!ready || busy || fd < 0)
		return;
	busy = true; /* what is opened while we look is not the program's */
	buffer = take();
	if (buffer >= 0) {
		write_down(buffers[buffer], kind, fd, other);
		atomic_flag_clear(&taken[buffer]);
	}
	busy = false;
	errno = saved;
}

__attribute__((noinline)) void note(int fd, int other)
{
	note_as('d', fd, other);
	__asm__ volatile("");
}

__attribute__((noinline)) void note_close(int fd)
{
	if (fd == followed)
		note_as('c', fd, -1);
	__asm__ volatile("");
}

__attribute__((noinline)) void note_accepted(int fd)
{
	note_as('d', fd, WITH_ADDRESS);
	__asm__ volatile("");
}

__attribute__((noinline)) void note_listening(int fd)
{
	note_as('l', fd, WITH_ADDRESS);
	__asm__ volatile("");
}
