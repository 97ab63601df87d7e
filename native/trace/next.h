/* The same function of the next library: libc, or another preloaded one. */
#ifndef CRAC_TRACE_NEXT_H
#define CRAC_TRACE_NEXT_H

#include <dlfcn.h>

#define NEXT(name)                                                                                                     \
	static __typeof__(&name) real;                                                                                 \
	if (!real)                                                                                                     \
	real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#endif
