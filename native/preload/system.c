/*
 * Preloaded into the program: system and popen, which start their shell by functions inside of libc that exec.c does
 * not stand before.
 */
#define _GNU_SOURCE
#include "preload/carry.h"
#include "preload/opened.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef W_EXITCODE /* musl has no name for a status that nobody ended with */
#define W_EXITCODE(code, signal) ((code) << 8 | (signal))
#endif

#define EXPORT __attribute__((visibility("default")))
#define SHELL "/bin/sh"

extern char **environ;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int running;
static struct sigaction interrupt, quit;

/* Ignores SIGINT and SIGQUIT while a command runs, as system(3) says. */
static void ignore_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	pthread_mutex_lock(&lock);
	if (running++ == 0) {
		sigaction(SIGINT, &ignore, &interrupt);
		sigaction(SIGQUIT, &ignore, &quit);
	}
	pthread_mutex_unlock(&lock);
}

static void heed_signals(void)
{
	pthread_mutex_lock(&lock);
	if (--running == 0) {
		sigaction(SIGINT, &interrupt, NULL);
		sigaction(SIGQUIT, &quit, NULL);
	}
	pthread_mutex_unlock(&lock);
}

/* @return an errno */
static int start_shell(pid_t *pid, const char *command, const sigset_t *mask)
{
	char *const argv[] = { "sh", "-c", "--", (char *)command, NULL };
	posix_spawnattr_t attributes;
	sigset_t reset;
	int error;

	sigemptyset(&reset);
	if (interrupt.sa_handler != SIG_IGN)
		sigaddset(&reset, SIGINT);
	if (quit.sa_handler != SIG_IGN)
		sigaddset(&reset, SIGQUIT);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, mask);
	posix_spawnattr_setsigdefault(&attributes, &reset);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	error = posix_spawn(pid, SHELL, NULL, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	return error;
}

EXPORT int system(const char *command)
{
	static int (*real)(const char *);
	sigset_t child, before;
	int status = -1, error;
	pid_t pid;

	if (!real)
		real = (int (*)(const char *))dlsym(RTLD_NEXT, "system");
	if (!command || !in_tree())
		return real(command);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	ignore_signals();
	pthread_sigmask(SIG_BLOCK, &child, &before);
	error = start_shell(&pid, command, &before);
	if (error)
		status = W_EXITCODE(127, 0);
	else
		while (waitpid(pid, &status, 0) < 0)
			if (errno != EINTR) {
				error = errno;
				status = -1;
				break;
			}
	heed_signals();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		errno = error;
	return status;
}

EXPORT FILE *popen(const char *command, const char *mode)
{
	static FILE *(*real)(const char *, const char *);
	char **before, **shown = NULL;
	size_t room;
	FILE *stream;

	if (!real)
		real = (FILE *(*)(const char *, const char *))dlsym(RTLD_NEXT, "popen");
	pthread_mutex_lock(&lock);
	before = environ;
	room = carry_room(environ, SHELL);
	if (room && (shown = malloc(room)))
		environ = carry_into(shown, environ, SHELL);
	stream = real(command, mode);
	/* What another thread has set meanwhile stays, where that made a new environment. */
	if (shown && environ == shown) {
		environ = before;
		free(shown);
	}
	pthread_mutex_unlock(&lock);
	if (stream)
		opened_note(fileno(stream), __builtin_return_address(0));
	return stream;
}
