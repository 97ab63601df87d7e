/* The room `base`: what any process of the binary may call, at any time. It includes nothing of another room. */
#ifndef CRAC_BASE_SAY_H
#define CRAC_BASE_SAY_H

#include "base/exit-codes.h"

/* Prints a message on standard error; each ends in what to do next. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern int say_to; /* standard error, unless somebody wants to hear first why something is not possible */
_Noreturn void die(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define NO_PROCESS "cannot make a process: %s. Allow more of them (a container's limit of PIDs, ulimit -u, kernel.threads-max)"

/* The last acts of a process where it cannot go on, but for a mistake in its command line: `before` the message and
 * `after` it. Both may end the process in another way. */
struct last_acts {
	void (*before)(void), (*after)(void);
};
extern struct last_acts last_acts;

#endif
