/* Shared mappings of files without a name, and those of shared memory that show the same bytes at more than one address: in
 * a copy they are mapped when their files are there (remake.c). */
#ifndef CRAC_DIRECT_SHARED_MEMORY_H
#define CRAC_DIRECT_SHARED_MEMORY_H

#include "inside.h"

bool shared_memory_note(void);
/* For a snapshot, during which the program may write there: all shared memory is copied while it stands still, unless that
 * would take too long; then `problem` says so. To be asked for before it is noted. */
void shared_memory_is_copied(bool wanted);
bool shared_memory_is_too_large(void);
/* Whether a mapping is one of these: only its place is kept then. */
bool shared_memory_is(uint64_t start, uint64_t end);
void shared_memory_advise(uint64_t start, uint32_t advice);
void shared_memory_remake(void);

#endif
