/* System calls without libc: no errno, no cancellation point, no lock. For code that runs while threads stand still
 * anywhere, and for the restorer, which has no libc. */
#ifndef CRAC_DIRECT_RAW_H
#define CRAC_DIRECT_RAW_H

#include "engines/direct/arch.h"

#include <asm/unistd.h>
#include <stdint.h>

#define RAW_PADDED(name, a, b, c, d, e, f, ...) \
	raw6(__NR_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
/* RAW(name, arguments…): the result, or a negative errno. */
#define RAW(name, ...) RAW_PADDED(name, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

static inline uint64_t raw_now(void)
{
	long time[2] = { 0, 0 };

	RAW(clock_gettime, 1, time);
	return (uint64_t)time[0] * 1000000000u + (uint64_t)time[1];
}

#endif
