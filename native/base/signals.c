#define _GNU_SOURCE
#include "crac.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* For what is executed next: a program starts with none blocked. */
void unblock_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Everything in the namespace. kill(-1) of any other process than its PID 1 would reach everything on the machine. */
void signal_all_inside(int number)
{
	if (getpid() == 1)
		kill(-1, number);
	else
		say("process %d is not PID 1 of a namespace of its own, so it signals nobody; please report this", (int)getpid());
}
