/* Vector registers in the frames of signals, from one kind of CPU to another. */
#ifndef CRAC_DIRECT_XSTATE_H
#define CRAC_DIRECT_XSTATE_H

#include <stdbool.h>
#include <ucontext.h>

/* At a dump: how this CPU lays them out. */
void xstate_note(void);
/* When all threads stand still: no frame of an earlier copy is needed any more. */
void xstate_drop(void);
/* In a copy, before there are threads: has this CPU another layout? */
void xstate_begin(int threads);
/* In the copy's thread of this number, before it returns from the signal that stopped it. */
void xstate_convert(ucontext_t *context, int thread);

#endif
