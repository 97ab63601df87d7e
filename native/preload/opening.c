/*
 * libc's functions that make a descriptor, with a note of who called (opened.c). fcntl(F_DUPFD) is left out: node
 * calls fcntl often, and a duplicate that an addon makes has its original beside it.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 32 /* open64 and fopen64 are functions of their own here */
#include "opened.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

/* libc's own function of the same name. */
#define REAL(name) \
	static typeof(&name) real; \
	if (!real) \
		real = (typeof(&name))dlsym(RTLD_NEXT, #name)

#define NOTED(call) \
	do { \
		int made = (call); \
		opened_note(made, CALLER); \
		return made; \
	} while (0)

#define NOTED_PAIR(call, fds) \
	do { \
		int result = (call); \
		if (result == 0) { \
			opened_note((fds)[0], CALLER); \
			opened_note((fds)[1], CALLER); \
		} \
		return result; \
	} while (0)

/* open(2): the mode is there only if a file may be made. */
#define OPEN(name) \
	PUBLIC int name(const char *path, int flags, ...) \
	{ \
		mode_t mode = 0; \
		va_list rest; \
		REAL(name); \
		va_start(rest, flags); \
		if (__OPEN_NEEDS_MODE(flags)) \
			mode = va_arg(rest, mode_t); \
		va_end(rest); \
		NOTED(real(path, flags, mode)); \
	}

#define OPENAT(name) \
	PUBLIC int name(int directory, const char *path, int flags, ...) \
	{ \
		mode_t mode = 0; \
		va_list rest; \
		REAL(name); \
		va_start(rest, flags); \
		if (__OPEN_NEEDS_MODE(flags)) \
			mode = va_arg(rest, mode_t); \
		va_end(rest); \
		NOTED(real(directory, path, flags, mode)); \
	}

#define FOPEN(name) \
	PUBLIC FILE *name(const char *path, const char *how) \
	{ \
		FILE *file; \
		REAL(name); \
		file = real(path, how); \
		if (file) \
			opened_note(fileno(file), CALLER); \
		return file; \
	}

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
/* What the compiler calls instead where buffers are checked (_FORTIFY_SOURCE) and no mode is given. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int directory, const char *path, int flags);
int __openat64_2(int directory, const char *path, int flags);

#define OPEN_CHECKED(name) \
	PUBLIC int name(const char *path, int flags) \
	{ \
		REAL(name); \
		NOTED(real(path, flags)); \
	}

#define OPENAT_CHECKED(name) \
	PUBLIC int name(int directory, const char *path, int flags) \
	{ \
		REAL(name); \
		NOTED(real(directory, path, flags)); \
	}

OPEN_CHECKED(__open_2)
OPEN_CHECKED(__open64_2)
OPENAT_CHECKED(__openat_2)
OPENAT_CHECKED(__openat64_2)
FOPEN(fopen)
FOPEN(fopen64)

PUBLIC DIR *opendir(const char *path)
{
	DIR *directory;
	REAL(opendir);
	directory = real(path);
	if (directory)
		opened_note(dirfd(directory), CALLER);
	return directory;
}

PUBLIC int socket(int domain, int type, int protocol)
{
	REAL(socket);
	NOTED(real(domain, type, protocol));
}

PUBLIC int accept(int listener, struct sockaddr *address, socklen_t *length)
{
	REAL(accept);
	NOTED(real(listener, address, length));
}

PUBLIC int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags)
{
	REAL(accept4);
	NOTED(real(listener, address, length, flags));
}

PUBLIC int socketpair(int domain, int type, int protocol, int fds[2])
{
	REAL(socketpair);
	NOTED_PAIR(real(domain, type, protocol, fds), fds);
}

PUBLIC int pipe(int fds[2])
{
	REAL(pipe);
	NOTED_PAIR(real(fds), fds);
}

PUBLIC int pipe2(int fds[2], int flags)
{
	REAL(pipe2);
	NOTED_PAIR(real(fds, flags), fds);
}

PUBLIC int eventfd(unsigned int value, int flags)
{
	REAL(eventfd);
	NOTED(real(value, flags));
}

PUBLIC int timerfd_create(int clock, int flags)
{
	REAL(timerfd_create);
	NOTED(real(clock, flags));
}

PUBLIC int signalfd(int fd, const sigset_t *signals, int flags)
{
	REAL(signalfd);
	NOTED(real(fd, signals, flags));
}

PUBLIC int inotify_init1(int flags)
{
	REAL(inotify_init1);
	NOTED(real(flags));
}

PUBLIC int epoll_create1(int flags)
{
	REAL(epoll_create1);
	NOTED(real(flags));
}

PUBLIC int memfd_create(const char *name, unsigned int flags)
{
	REAL(memfd_create);
	NOTED(real(name, flags));
}

PUBLIC int dup(int fd)
{
	REAL(dup);
	NOTED(real(fd));
}
