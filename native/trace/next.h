/* The same function of the next library: libc, or another preloaded one. */
#ifndef CRAC_TRACE_NEXT_H
#define CRAC_TRACE_NEXT_H

#include <dlfcn.h>

#define NEXT(name)                                                                                                     \
	static __typeof__(&name) real;                                                                                 \
	if (!real)                                                                                                     \
	real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* One that returns what it has opened (note: trace.h). */
#define RETURNS_FD(name, parameters, arguments)                                                                        \
	EXPORT int name parameters                                                                                     \
	{                                                                                                              \
		NEXT(name);                                                                                            \
		int fd = real arguments;                                                                               \
		note(fd, -1);                                                                                          \
		return fd;                                                                                             \
	}

#endif
