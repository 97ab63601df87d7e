/* Preloaded into the program: libc's functions that execute a program and are given its words one by one. Between fork
 * and exec, too: nothing here takes a lock or allocates. */
#define _GNU_SOURCE
#include "preload/exec.h"

#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

extern char **environ;

/* Makes an array of the words of execl and its like. */
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
