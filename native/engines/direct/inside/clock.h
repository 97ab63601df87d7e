/* Times of the program and of the kernel. */
#ifndef CRAC_DIRECT_CLOCK_H
#define CRAC_DIRECT_CLOCK_H

#include <stdbool.h>
#include <time.h>

extern bool clock_differs; /* in a copy */
bool clock_is_monotonic(clockid_t clock);
struct timespec clock_to_kernel(clockid_t clock, const struct timespec *time);
void clock_to_program(clockid_t clock, struct timespec *time);

#endif
