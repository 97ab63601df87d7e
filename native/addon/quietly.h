#ifndef CRAC_QUIETLY_H
#define CRAC_QUIETLY_H

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Opens a file of ours for a moment, past native/preload/opening.c: the look at the stack that notes who has opened it
 * reads tables that a fresh copy has not touched yet. */
static inline int open_quietly(const char *path, int flags)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC);
}

#endif
