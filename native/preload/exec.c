/*
 * Preloaded into the program: libc's functions that start a program, each with our part of the environment (carry.c).
 *
 * They are called between fork and exec, or in a vfork child that shares its parent's memory: nothing here takes a
 * lock or allocates. What libc's own popen starts goes past these; it finds our part in `environ` (system.c).
 */
#define _GNU_SOURCE
#include "carry.h"
#include "opened.h"

#include <alloca.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define STACK_ROOM (64u << 10)

extern char **environ;

int pidfd_spawn(int *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const *, char *const *);
int pidfd_spawnp(int *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const *, char *const *);

static int (*real_open)(const char *, int, ...);
static int (*real_execve)(const char *, char *const *, char *const *);
static int (*real_execvpe)(const char *, char *const *, char *const *);
static int (*real_fexecve)(int, char *const *, char *const *);
static int (*real_execveat)(int, const char *, char *const *, char *const *, int);
static __typeof__(&posix_spawn) real_posix_spawn, real_posix_spawnp;
static __typeof__(&pidfd_spawn) real_pidfd_spawn, real_pidfd_spawnp;

#define FIND(name) real_##name = (__typeof__(real_##name))dlsym(RTLD_NEXT, #name)

void exec_start(void)
{
	FIND(open);
	FIND(execve);
	FIND(execvpe);
	FIND(fexecve);
	FIND(execveat);
	FIND(posix_spawn);
	FIND(posix_spawnp);
	FIND(pidfd_spawn);
	FIND(pidfd_spawnp);
}

/* A program's constructor may start programs before ours has run. */
#define NEED(name) \
	if (!real_##name) \
		exec_start()

int open_unnoted(const char *path)
{
	NEED(open);
	return real_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/* Where execvp would find it: only to look at it. */
static const char *find_in_path(const char *file, char *found)
{
	const char *path = getenv("PATH"), *end;

	if (strchr(file, '/') || strlen(file) > NAME_MAX)
		return file;
	for (path = path ? path : "/bin:/usr/bin"; *path; path = *end ? end + 1 : end) {
		size_t length;

		end = strchrnul(path, ':');
		length = end - path;
		if (length + strlen(file) + 2 > PATH_MAX)
			continue;
		memcpy(found, path, length);
		if (length)
			found[length++] = '/';
		strcpy(found + length, file);
		if (access(found, X_OK) == 0)
			return found;
	}
	return file;
}

/* `environment`, or the same with our part. Room on the stack, or mapped: then exec takes it away. */
#define WITH_OURS(environment, path) \
	size_t room = carry_room(environment, path); \
	void *place = room == 0 ? NULL : room <= STACK_ROOM ? alloca(room) : mmap(NULL, room, PROT_READ | PROT_WRITE, \
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); \
	char *const *ours = !place || place == MAP_FAILED ? (environment) : carry_into(place, environment, path)

/* The kernel limits words and environment together: what fits without our part is executed without it. */
#define WAS_TOO_MUCH (result < 0 && errno == E2BIG && place && place != MAP_FAILED)

#define DONE \
	if (room > STACK_ROOM && place != MAP_FAILED) \
		munmap(place, room)

EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
	int result;

	NEED(execve);
	WITH_OURS(envp, path);
	result = real_execve(path, argv, ours);
	if (WAS_TOO_MUCH)
		result = real_execve(path, argv, envp);
	DONE;
	return result;
}

EXPORT int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
	char found[PATH_MAX];
	int result;

	NEED(execvpe);
	WITH_OURS(envp, find_in_path(file, found));
	result = real_execvpe(file, argv, ours);
	if (WAS_TOO_MUCH)
		result = real_execvpe(file, argv, envp);
	DONE;
	return result;
}

EXPORT int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
	char path[32];
	int result;

	NEED(fexecve);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	WITH_OURS(envp, path);
	result = real_fexecve(fd, argv, ours);
	if (WAS_TOO_MUCH)
		result = real_fexecve(fd, argv, envp);
	DONE;
	return result;
}

EXPORT int execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags)
{
	char at[PATH_MAX];
	int result;

	NEED(execveat);
	if (*path == '/' || fd == AT_FDCWD)
		snprintf(at, sizeof(at), "%s", path);
	else
		snprintf(at, sizeof(at), "/proc/self/fd/%d%s%s", fd, *path ? "/" : "", path);
	WITH_OURS(envp, at);
	if (real_execveat)
		result = real_execveat(fd, path, argv, ours, flags);
	else
		result = (int)syscall(SYS_execveat, fd, path, argv, ours, flags);
	DONE;
	return result;
}

/* The words of execl and its like, as an array. */
#define WORDS(first, rest) \
	size_t count = 1; \
	const char **argv; \
	va_start(rest, first); \
	while (va_arg(rest, const char *)) \
		count++; \
	va_end(rest); \
	argv = alloca((count + 1) * sizeof(char *)); \
	va_start(rest, first); \
	argv[0] = first; \
	for (size_t i = 1; i <= count; i++) \
		argv[i] = va_arg(rest, const char *)

EXPORT int execl(const char *path, const char *first, ...)
{
	va_list rest;

	WORDS(first, rest);
	va_end(rest);
	return execve(path, (char *const *)argv, environ);
}

EXPORT int execlp(const char *file, const char *first, ...)
{
	va_list rest;

	WORDS(first, rest);
	va_end(rest);
	return execvpe(file, (char *const *)argv, environ);
}

EXPORT int execle(const char *path, const char *first, ...)
{
	char *const *envp;
	va_list rest;

	WORDS(first, rest);
	envp = va_arg(rest, char *const *);
	va_end(rest);
	return execve(path, (char *const *)argv, envp);
}

#define SPAWNS(name, type, looked_at) \
	EXPORT int name(type *result_at, const char *file, const posix_spawn_file_actions_t *actions, \
			const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]) \
	{ \
		char found[PATH_MAX]; \
		int result; \
		(void)found; \
		NEED(name); \
		WITH_OURS(envp, looked_at); \
		result = real_##name ? real_##name(result_at, file, actions, attributes, argv, ours) : ENOSYS; \
		if (result == E2BIG && place && place != MAP_FAILED) \
			result = real_##name(result_at, file, actions, attributes, argv, envp); \
		DONE; \
		return result; \
	}

SPAWNS(posix_spawn, pid_t, file)
SPAWNS(posix_spawnp, pid_t, find_in_path(file, found))
SPAWNS(pidfd_spawn, int, file)
SPAWNS(pidfd_spawnp, int, find_in_path(file, found))
