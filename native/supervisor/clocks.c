#define _GNU_SOURCE
#include "supervisor/clocks.h"
#include "base/file.h"
#include "base/say.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Returns what a clock of this process's time namespace is ahead of the machine's: a program that is itself in a time
 * namespace (a restored one) may restore another, and offsets are always told against the machine's clock. */
static struct timespec own_offset(const char *offsets, const char *clock)
{
	const char *line = offsets ? strstr(offsets, clock) : NULL;
	struct timespec offset = { 0 };
	long long seconds;
	long nanoseconds;

	if (line && sscanf(line + strlen(clock), "%lld %ld", &seconds, &nanoseconds) == 2)
		offset = (struct timespec){ seconds, nanoseconds };
	return offset;
}

static void one_offset(FILE *file, int clock, struct timespec own, long long seconds, long nanoseconds)
{
	struct timespec now;

	clock_gettime(clock, &now);
	seconds += own.tv_sec - now.tv_sec;
	nanoseconds += own.tv_nsec - now.tv_nsec;
	for (; nanoseconds < 0; nanoseconds += 1000000000L)
		seconds--;
	for (; nanoseconds >= 1000000000L; nanoseconds -= 1000000000L)
		seconds++;
	fprintf(file, "%d %lld %ld\n", clock, seconds, nanoseconds);
}

/* Makes a time namespace with offsets that let the image's clocks go on: CRIU run with --unprivileged makes none, and a
 * monotonic clock behind the program's start aborts Node. */
void set_time_offsets(const char *offsets)
{
	long long monotonic, boot;
	long monotonic_ns, boot_ns;
	char *before;
	FILE *file;

	if (!offsets || sscanf(offsets, "%lld %ld %lld %ld", &monotonic, &monotonic_ns, &boot, &boot_ns) != 4)
		return;
	if (unshare(CLONE_NEWTIME) < 0) {
		say("warning: no time namespace (%s): the program's monotonic clock may jump", strerror(errno));
		return;
	}
	before = read_file("/proc/self/timens_offsets", NULL); /* the new namespace starts with the caller's */
	file = fopen("/proc/self/timens_offsets", "we");
	if (!file) {
		say("warning: cannot set the clock offsets: %s", strerror(errno));
		return;
	}
	setvbuf(file, NULL, _IOFBF, 4096); /* one write: the kernel takes both clocks or none */
	one_offset(file, CLOCK_MONOTONIC, own_offset(before, "monotonic"), monotonic, monotonic_ns);
	one_offset(file, CLOCK_BOOTTIME, own_offset(before, "boottime"), boot, boot_ns);
	if (fclose(file) != 0)
		say("warning: cannot set the clock offsets: %s", strerror(errno));
	free(before);
}
