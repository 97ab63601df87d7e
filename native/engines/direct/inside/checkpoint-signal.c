/*
 * `crac run --checkpoint-signal`: nobody stands beside the program who could hear the signal, so it is caught here, from
 * the start on and whatever the program does about signals. What the program asks for that number is kept: it holds in a
 * copy, as the option is one of `crac run` alone.
 */
#define _GNU_SOURCE
#include "inside.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define VARIABLE "CRAC_CHECKPOINT_SIGNAL" /* the number, then the words of the agent, a line each (start.ts) */
#define WORDS_MAX 8

extern char **environ;

static int ours; /* 0: none */
static struct sigaction programs;
static char *words[WORDS_MAX + 1], **environment;

static int next_sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
	static int (*next)(int, const struct sigaction *, struct sigaction *);

	if (!next)
		next = (int (*)(int, const struct sigaction *, struct sigaction *))dlsym(RTLD_NEXT, "sigaction");
	return next(number, action, old);
}

EXPORT int sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
	struct sigaction before = programs;

	if (ours == 0 || number != ours)
		return next_sigaction(number, action, old);
	if (action)
		programs = *action;
	if (old)
		*old = before;
	return 0;
}

EXPORT sighandler_t signal(int number, sighandler_t handler)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART }, old;

	sigemptyset(&action.sa_mask);
	return sigaction(number, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

static _Noreturn void become_agent(void)
{
	const uint64_t none = 0;
	long null = RAW(openat, AT_FDCWD, "/dev/null", O_RDONLY);

	RAW(setsid); /* Ctrl-C at the terminal is the program's */
	RAW(dup3, null, 0, 0);
	RAW(dup3, 2, 1, 0);
	RAW(dup3, 1, 2, 0); /* Node closes its own at exec */
	RAW(close_range, 3, ~0u, 0);
	RAW(rt_sigprocmask, SIG_SETMASK, &none, 0, 8);
	RAW(execve, words[0], words, environment);
	for (;;)
		RAW(exit_group, 127);
}

/* Starts the agent in a handler, by system calls only. The agent is no child of the program, and what starts it sends
 * no SIGCHLD. */
static void ask(int number)
{
	long child = RAW(clone, 0), status;

	(void)number;
	if (child == 0) {
		if (RAW(clone, 0) == 0)
			become_agent();
		for (;;)
			RAW(exit_group, 0);
	}
	while (child > 0 && RAW(wait4, child, &status, __WALL, 0) == -EINTR)
		;
}

static bool is_own(const char *variable)
{
	static const char *const own[] = { VARIABLE "=", "CRAC_GENERATION=", "CRAC_PROGRAM_ENGINE=", "NODE_", "LD_PRELOAD=" };

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (text_starts(variable, own[i]))
			return true;
	return false;
}

static bool copy_environment(void)
{
	size_t count = 0, kept = 0;

	while (environ[count])
		count++;
	environment = calloc(count + 1, sizeof(*environment));
	for (size_t i = 0; environment && i < count; i++)
		if (!is_own(environ[i]))
			environment[kept++] = environ[i];
	return environment;
}

__attribute__((constructor)) static void catch_signal(void)
{
	struct sigaction action = { .sa_handler = ask, .sa_flags = SA_RESTART | SA_ONSTACK };
	char *text = getenv(VARIABLE), *rest = text ? strdup(text) : NULL, *word;
	int number = 0, count = 0;

	while (rest && count < WORDS_MAX && (word = strsep(&rest, "\n")))
		if (number == 0)
			number = atoi(word);
		else
			words[count++] = word;
	if (text)
		unsetenv(VARIABLE); /* children have it not */
	if (number == 0 || count == 0 || !copy_environment())
		return;
	sigfillset(&action.sa_mask);
	if (next_sigaction(number, &action, &programs) == 0)
		ours = number;
}

/* Returns what this number does in a copy, in the kernel's words. */
void checkpoint_signal_note(struct kernel_sigaction actions[])
{
	struct kernel_sigaction *kernels = &actions[ours];

	if (ours == 0)
		return;
	kernels->handler = (uint64_t)programs.sa_handler;
	kernels->flags = (uint64_t)(unsigned)programs.sa_flags | (kernels->flags & 0x04000000 /* SA_RESTORER, libc's */);
	bytes_copy(&kernels->mask, &programs.sa_mask, sizeof(kernels->mask));
}

void checkpoint_signal_revive(void)
{
	ours = 0;
}
