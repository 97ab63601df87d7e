#define _GNU_SOURCE
#include "descriptors.h"
#include "inside.h"

#include <signal.h>

static struct {
	struct kernel_sigaction actions[SIGNALS + 1];
	struct kernel_altstack altstack;
	uint64_t limits[LIMITS][2];
	char cwd[4096];
	int umask;
} process;

bool process_note(void)
{
	long got = 0;

	for (int number = 1; number <= SIGNALS && got >= 0; number++)
		got = RAW(rt_sigaction, number, 0, &process.actions[number], 8);
	if (got >= 0)
		got = RAW(sigaltstack, 0, &process.altstack);
	if (got < 0)
		return refuse("the kernel does not tell how signals are handled", NULL, got);
	checkpoint_signal_note(process.actions);
	for (int i = 0; i < LIMITS && got >= 0; i++)
		got = RAW(prlimit64, 0, i, 0, process.limits[i]);
	if (got < 0)
		return refuse("the kernel does not tell the limits of the program", NULL, got);
	got = RAW(getcwd, process.cwd, sizeof(process.cwd));
	if (got < 0)
		return refuse("the working directory cannot be named", NULL, got);
	process.umask = (int)RAW(umask, 0);
	RAW(umask, process.umask);
	return true;
}

/* Sets soft limits as they were, as far as the caller's hard ones allow it. */
static void revive_limits(void)
{
	for (int i = 0; i < LIMITS; i++) {
		uint64_t now[2], wanted = process.limits[i][0];

		if (RAW(prlimit64, 0, i, 0, now) < 0 || now[0] == wanted)
			continue;
		now[0] = wanted < now[1] ? wanted : now[1];
		RAW(prlimit64, 0, i, now, 0);
	}
}

void process_revive(void)
{
	const struct kernel_altstack none = { 0, SS_DISABLE, 0 };

	checkpoint_signal_revive();
	RAW(sigaltstack, process.altstack.flags & SS_DISABLE ? &none : &process.altstack, 0);
	revive_limits();
	RAW(chdir, process.cwd); /* where that is gone it is the caller's; JavaScript says so */
	RAW(umask, process.umask);
	for (int number = 1; number <= SIGNALS; number++)
		if (number != SIGKILL && number != SIGSTOP)
			need(RAW(rt_sigaction, number, &process.actions[number], 0, 8), "cannot handle a signal as the program did");
}
