#define _GNU_SOURCE
#include "base/signals.h"
#include "base/say.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

/* Blocks all signals: they wait for the program that this process becomes. */
void block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

/* Unblocks signals for what is executed next: a program starts with none blocked. */
void unblock_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool is_init;

/* Called by init, once it is PID 1: the parent may be PID 1 as well, of a container. */
void this_is_init(void)
{
	is_init = true;
}

/* Signals everything in the namespace. kill(-1) of any other process than its PID 1 would reach everything on the
 * machine. */
void signal_all_inside(int number)
{
	if (is_init && getpid() == 1)
		kill(-1, number);
	else
		say("process %d is not PID 1 of a namespace of its own, so it signals nobody; please report this", (int)getpid());
}

/* Ends as a process does that was ended by this signal. */
_Noreturn void end_by_signal(int number)
{
	struct rlimit none = { 0, 0 };
	sigset_t all;

	setrlimit(RLIMIT_CORE, &none); /* the program has written its own core, if any */
	signal(number, SIG_DFL);
	sigfillset(&all);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	_exit(128 + number);
}
