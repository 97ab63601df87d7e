/* Files, directories and streams. */
#define _GNU_SOURCE
#include "next.h"
#include "trace.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* libc declares these only where it uses them itself. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int directory, const char *path, int flags);
int __openat64_2(int directory, const char *path, int flags);

#define MODE(flags, mode)                                                                                              \
	if (__OPEN_NEEDS_MODE(flags)) {                                                                                \
		va_list arguments;                                                                                     \
		va_start(arguments, flags);                                                                            \
		mode = va_arg(arguments, mode_t);                                                                      \
		va_end(arguments);                                                                                     \
	}

#define OPEN(name)                                                                                                     \
	EXPORT int name(const char *path, int flags, ...)                                                              \
	{                                                                                                              \
		NEXT(name);                                                                                            \
		mode_t mode = 0;                                                                                       \
		MODE(flags, mode)                                                                                      \
		int fd = real(path, flags, mode);                                                                      \
		note(fd, -1);                                                                                          \
		return fd;                                                                                             \
	}

#define OPENAT(name)                                                                                                   \
	EXPORT int name(int directory, const char *path, int flags, ...)                                               \
	{                                                                                                              \
		NEXT(name);                                                                                            \
		mode_t mode = 0;                                                                                       \
		MODE(flags, mode)                                                                                      \
		int fd = real(directory, path, flags, mode);                                                           \
		note(fd, -1);                                                                                          \
		return fd;                                                                                             \
	}

#define RETURNS_FD(name, parameters, arguments)                                                                        \
	EXPORT int name parameters                                                                                     \
	{                                                                                                              \
		NEXT(name);                                                                                            \
		int fd = real arguments;                                                                               \
		note(fd, -1);                                                                                          \
		return fd;                                                                                             \
	}

#define RETURNS_FILE(name, parameters, arguments)                                                                      \
	EXPORT FILE *name parameters                                                                                   \
	{                                                                                                              \
		NEXT(name);                                                                                            \
		FILE *file = real arguments;                                                                           \
		if (file)                                                                                              \
			note(fileno(file), -1);                                                                        \
		return file;                                                                                           \
	}

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
RETURNS_FD(__open_2, (const char *path, int flags), (path, flags))
RETURNS_FD(__open64_2, (const char *path, int flags), (path, flags))
RETURNS_FD(__openat_2, (int directory, const char *path, int flags), (directory, path, flags))
RETURNS_FD(__openat64_2, (int directory, const char *path, int flags), (directory, path, flags))
RETURNS_FD(creat, (const char *path, mode_t mode), (path, mode))
RETURNS_FD(creat64, (const char *path, mode_t mode), (path, mode))
RETURNS_FD(mkstemp, (char *template), (template))
RETURNS_FD(mkstemp64, (char *template), (template))
RETURNS_FD(mkostemp, (char *template, int flags), (template, flags))
RETURNS_FD(mkostemp64, (char *template, int flags), (template, flags))
RETURNS_FD(shm_open, (const char *name, int flags, mode_t mode), (name, flags, mode))
RETURNS_FD(posix_openpt, (int flags), (flags))
RETURNS_FD(memfd_create, (const char *name, unsigned int flags), (name, flags))
RETURNS_FILE(fopen, (const char *path, const char *mode), (path, mode))
RETURNS_FILE(fopen64, (const char *path, const char *mode), (path, mode))
RETURNS_FILE(freopen, (const char *path, const char *mode, FILE *stream), (path, mode, stream))
RETURNS_FILE(freopen64, (const char *path, const char *mode, FILE *stream), (path, mode, stream))
RETURNS_FILE(tmpfile, (void), ())
RETURNS_FILE(tmpfile64, (void), ())
RETURNS_FILE(popen, (const char *command, const char *mode), (command, mode))

EXPORT DIR *opendir(const char *path)
{
	NEXT(opendir);
	DIR *directory = real(path);

	if (directory)
		note(dirfd(directory), -1);
	return directory;
}
