/* A place in a thread to go back to: what a function call keeps. The rest lies on the thread's stack. */
#ifndef CRAC_DIRECT_CONTEXT_H
#define CRAC_DIRECT_CONTEXT_H

#include "engines/direct/arch.h"

#include <stdint.h>

/* Saves the context. Returns 0 at the first return, 1 when somebody has jumped back. */
int context_save(struct context *context) __attribute__((returns_twice));
_Noreturn void context_jump(const struct context *context);
/* Makes a new thread that jumps to the context. Returns its number in the caller, or a negative errno. */
long context_clone(uint64_t flags, uint64_t stack, void *parent_tid, void *child_tid, uint64_t thread_pointer,
		   const struct context *context);
/* The address that a signal handler returns to. */
void context_signal_return(void);

#endif
