/*
 * libc's functions that make a descriptor, each with a note of it: for the preload of every program (opening.c) and for
 * `crac trace` (native/trace/openers.c). Whoever includes this says before how it is noted:
 *
 *   NOTE(fd, other)    the call has made these; -1 for none
 *   NOTE_ACCEPTED(fd)  accept has made this
 *   OWN_POPEN          defined where popen is not to be one of them
 *
 * Inside both, __builtin_return_address(0) is the caller.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#ifndef EXPORT
#define EXPORT __attribute__((visibility("default")))
#endif

/* Finds the same function of the next library: libc, or another preloaded one. */
#define NEXT(name) \
	static __typeof__(&name) real; \
	if (!real) \
		real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define RETURNS_FD(name, parameters, arguments) \
	EXPORT int name parameters \
	{ \
		NEXT(name); \
		int fd = real arguments; \
		NOTE(fd, -1); \
		return fd; \
	}

#define ACCEPTS(name, parameters, arguments) \
	EXPORT int name parameters \
	{ \
		NEXT(name); \
		int fd = real arguments; \
		NOTE_ACCEPTED(fd); \
		return fd; \
	}

#define RETURNS_PAIR(name, parameters, arguments) \
	EXPORT int name parameters \
	{ \
		NEXT(name); \
		int result = real arguments; \
		if (result == 0) \
			NOTE(fds[0], fds[1]); \
		return result; \
	}

#define RETURNS_STREAM(type, number, name, parameters, arguments) \
	EXPORT type *name parameters \
	{ \
		NEXT(name); \
		type *stream = real arguments; \
		if (stream) \
			NOTE(number(stream), -1); \
		return stream; \
	}

#ifndef __OPEN_NEEDS_MODE /* musl */
#define __OPEN_NEEDS_MODE(flags) (((flags) & O_CREAT) || ((flags) & O_TMPFILE) == O_TMPFILE)
#endif
#ifndef __GLIBC__
#define __SOCKADDR_ARG struct sockaddr *restrict
#endif

/* Reads the mode of open(2), which is there only if a file may be made. */
#define MODE(flags, mode) \
	if (__OPEN_NEEDS_MODE(flags)) { \
		va_list rest; \
		va_start(rest, flags); \
		mode = va_arg(rest, mode_t); \
		va_end(rest); \
	}

#define OPEN(name) \
	EXPORT int name(const char *path, int flags, ...) \
	{ \
		NEXT(name); \
		mode_t mode = 0; \
		MODE(flags, mode) \
		int fd = real(path, flags, mode); \
		NOTE(fd, -1); \
		return fd; \
	}

#define OPENAT(name) \
	EXPORT int name(int directory, const char *path, int flags, ...) \
	{ \
		NEXT(name); \
		mode_t mode = 0; \
		MODE(flags, mode) \
		int fd = real(directory, path, flags, mode); \
		NOTE(fd, -1); \
		return fd; \
	}

OPEN(open)
OPENAT(openat)
RETURNS_FD(creat, (const char *path, mode_t mode), (path, mode))
RETURNS_FD(mkstemp, (char *template), (template))
RETURNS_FD(mkostemp, (char *template, int flags), (template, flags))
RETURNS_FD(shm_open, (const char *name, int flags, mode_t mode), (name, flags, mode))
RETURNS_FD(posix_openpt, (int flags), (flags))
RETURNS_FD(memfd_create, (const char *name, unsigned int flags), (name, flags))
RETURNS_FD(dup, (int from), (from))
RETURNS_FD(socket, (int domain, int type, int protocol), (domain, type, protocol))
RETURNS_FD(eventfd, (unsigned int value, int flags), (value, flags))
RETURNS_FD(epoll_create, (int size), (size))
RETURNS_FD(epoll_create1, (int flags), (flags))
RETURNS_FD(timerfd_create, (clockid_t clock, int flags), (clock, flags))
RETURNS_FD(signalfd, (int given, const sigset_t *mask, int flags), (given, mask, flags))
RETURNS_FD(inotify_init, (void), ())
RETURNS_FD(inotify_init1, (int flags), (flags))
ACCEPTS(accept, (int listener, __SOCKADDR_ARG address, socklen_t *length), (listener, address, length))
ACCEPTS(accept4, (int listener, __SOCKADDR_ARG address, socklen_t *length, int flags), (listener, address, length, flags))
RETURNS_PAIR(pipe, (int fds[2]), (fds))
RETURNS_PAIR(pipe2, (int fds[2], int flags), (fds, flags))
RETURNS_PAIR(socketpair, (int domain, int type, int protocol, int fds[2]), (domain, type, protocol, fds))
RETURNS_STREAM(FILE, fileno, fopen, (const char *path, const char *mode), (path, mode))
RETURNS_STREAM(FILE, fileno, freopen, (const char *path, const char *mode, FILE *old), (path, mode, old))
RETURNS_STREAM(FILE, fileno, tmpfile, (void), ())
#ifdef __GLIBC__ /* musl has one name for each */
/* These functions are what the compiler calls instead where buffers are checked (_FORTIFY_SOURCE) and no mode is given. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int directory, const char *path, int flags);
int __openat64_2(int directory, const char *path, int flags);

OPEN(open64)
OPENAT(openat64)
RETURNS_FD(__open_2, (const char *path, int flags), (path, flags))
RETURNS_FD(__open64_2, (const char *path, int flags), (path, flags))
RETURNS_FD(__openat_2, (int directory, const char *path, int flags), (directory, path, flags))
RETURNS_FD(__openat64_2, (int directory, const char *path, int flags), (directory, path, flags))
RETURNS_FD(creat64, (const char *path, mode_t mode), (path, mode))
RETURNS_FD(mkstemp64, (char *template), (template))
RETURNS_FD(mkostemp64, (char *template, int flags), (template, flags))
RETURNS_STREAM(FILE, fileno, fopen64, (const char *path, const char *mode), (path, mode))
RETURNS_STREAM(FILE, fileno, freopen64, (const char *path, const char *mode, FILE *old), (path, mode, old))
RETURNS_STREAM(FILE, fileno, tmpfile64, (void), ())
#endif
#ifndef OWN_POPEN
RETURNS_STREAM(FILE, fileno, popen, (const char *command, const char *mode), (command, mode))
#endif
RETURNS_STREAM(DIR, dirfd, opendir, (const char *path), (path))
