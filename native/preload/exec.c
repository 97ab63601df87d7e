/*
 * Preloaded into the program: libc's functions that execute a program, each with our part of the environment (carry.c).
 * The rest of that family: execl.c, spawn.c.
 *
 * They are called between fork and exec, or in a vfork child that shares its parent's memory: nothing here takes a
 * lock or allocates. What libc's own popen starts goes past these; it finds our part in `environ` (system.c).
 */
#define _GNU_SOURCE
#include "preload/exec.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

static int (*real_open)(const char *, int, ...);
static int (*real_execve)(const char *, char *const *, char *const *);
static int (*real_execvpe)(const char *, char *const *, char *const *);
static int (*real_fexecve)(int, char *const *, char *const *);
static int (*real_execveat)(int, const char *, char *const *, char *const *, int);

void exec_start(void)
{
	FIND(open);
	FIND(execve);
	FIND(execvpe);
	FIND(fexecve);
	FIND(execveat);
	spawn_start();
}

int open_unnoted(const char *path)
{
	NEED(open);
	return real_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

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

/* For the addon (native/addon/apart.c): executes what is no part of the program's tree. */
EXPORT int crac_execute_apart(const char *path, char *const argv[], char *const envp[])
{
	NEED(execve);
	return real_execve(path, argv, envp);
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
