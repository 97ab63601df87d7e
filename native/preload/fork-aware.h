/* Native code that is ready for a fork: in a copy it is told that there has been one. */
#ifndef CRAC_FORK_AWARE_H
#define CRAC_FORK_AWARE_H

#include <stddef.h>

/* discard.c: notes that the program has asked for pages that a child finds empty, or takes that back. */
void wipe_on_fork(void *address, size_t length, int advice);

/* rust-rand.c */
void rust_rand_before_copy(void);
void rust_rand_in_copy(void);

/* sqlite-random.c */
void sqlite_random_before_copy(void);
void sqlite_random_in_copy(void);

#endif
