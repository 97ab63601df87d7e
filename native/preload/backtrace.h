/* Collects the return addresses of this thread's callers. musl has no backtrace(3), and the unwinder of a compiler for
 * glibc does not work there: then it is the caller alone. */
#ifndef CRAC_PRELOAD_BACKTRACE_H
#define CRAC_PRELOAD_BACKTRACE_H

#include <features.h>

#ifdef __GLIBC__
#include <execinfo.h>
#define callers_of(caller, frames, room) ((void)(caller), backtrace(frames, room))
#else
#define callers_of(caller, frames, room) ((frames)[0] = (caller), 1)
#endif

#endif
