/* The frames of signals: where a thread was interrupted, and its vector registers, from one kind of CPU to another. */
#ifndef CRAC_DIRECT_XSTATE_H
#define CRAC_DIRECT_XSTATE_H

#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

/* Returns the address of the instruction that comes next. */
uint64_t frame_place(const ucontext_t *context);
/* Notes at a dump how this CPU lays them out. */
void xstate_note(void);
/* Drops the frames of an earlier copy, which nobody needs any more when all threads stand still. */
void xstate_drop(void);
/* Finds out in a copy, before there are threads, whether this CPU has another layout. */
void xstate_begin(int threads);
/* Converts a frame in the copy's thread of this number, before it returns from the signal that stopped it. */
void xstate_convert(ucontext_t *context, int thread);

#endif
