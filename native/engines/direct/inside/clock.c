/*
 * The monotonic clocks go on in a copy where they stood at the dump, as they do in a time namespace: timers keep the time
 * that they had left. Until there is such a copy, a call costs one comparison more than libc's own. What waits until a time
 * of such a clock is in waits.c.
 */
#define _GNU_SOURCE
#include "clock.h"
#include "inside.h"

#include <dlfcn.h>
#include <stddef.h>

#define EXPORT __attribute__((visibility("default")))
#define CLOCKS 10

bool clock_differs;

static const clockid_t monotonic[] = { CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_BOOTTIME_ALARM };
#define MONOTONIC (sizeof(monotonic) / sizeof(*monotonic))
static int64_t offsets[CLOCKS]; /* what each is more for the program than for the kernel: they part while a machine runs */
static int64_t at_dump[CLOCKS]; /* as the kernel said it */
static int (*next_gettime)(clockid_t, struct timespec *);

bool clock_is_monotonic(clockid_t clock)
{
	return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME ||
	       clock == CLOCK_BOOTTIME_ALARM;
}

static struct timespec shifted(const struct timespec *time, int64_t by)
{
	int64_t all = (int64_t)time->tv_sec * 1000000000 + time->tv_nsec + by;

	if (all < 0)
		all = 0;
	return (struct timespec){ .tv_sec = all / 1000000000, .tv_nsec = all % 1000000000 };
}

__attribute__((constructor)) static void find_next(void)
{
	next_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
}

void clock_to_program(clockid_t clock, struct timespec *time)
{
	if (clock_differs && clock_is_monotonic(clock))
		*time = shifted(time, offsets[clock]);
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *time)
{
	int result;

	if (!next_gettime)
		find_next();
	result = next_gettime(clock, time);
	if (__builtin_expect(clock_differs, false) && result == 0)
		clock_to_program(clock, time);
	return result;
}

struct timespec clock_to_kernel(clockid_t clock, const struct timespec *time)
{
	return clock_differs && clock_is_monotonic(clock) ? shifted(time, -offsets[clock]) : *time;
}

static int64_t kernels(clockid_t clock)
{
	long time[2] = { 0, 0 };

	RAW(clock_gettime, clock, time);
	return time[0] * 1000000000 + time[1];
}

void clock_note(void)
{
	for (size_t i = 0; i < MONOTONIC; i++)
		at_dump[monotonic[i]] = kernels(monotonic[i]);
}

/* Sets the clocks in a copy, before any of the program's own code: what it saw last, plus nothing. */
void clock_go_on(void)
{
	for (size_t i = 0; i < MONOTONIC; i++)
		offsets[monotonic[i]] += at_dump[monotonic[i]] - kernels(monotonic[i]);
	clock_differs = true;
}
