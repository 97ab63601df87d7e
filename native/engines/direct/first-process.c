#define _GNU_SOURCE
#include "engines/direct/first-process.h"
#include "base/deadline.h"
#include "base/say.h"
#include "base/self.h"
#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void pass_on(pid_t program, const sigset_t *all)
{
	for (;;) {
		siginfo_t info;
		int status;
		pid_t ended;

		if (sigwaitinfo(all, &info) < 0)
			continue;
		if (info.si_signo != SIGCHLD) {
			if (info.si_code != SI_KERNEL) /* a terminal's own go to all processes in its foreground */
				kill(program, info.si_signo);
			continue;
		}
		while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
			if (ended == program)
				_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	}
}

/* Leaves PID 1 to this process, where it is that, and becomes the program in a child: PID 1 of a container hears no
 * signal that it has no handler for, and is given all orphans. Returns in the child, or where this is not PID 1. */
void first_process_stays(void)
{
	sigset_t all, before;
	pid_t program;

	if (getpid() != 1)
		return;
	deadline_watch_no_more(); /* the timer would be this process's own, and go off in the program's life */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	program = fork();
	if (program < 0)
		die(CRAC_EXIT_ENGINE, NO_PROCESS, strerror(errno));
	if (program > 0) {
		prctl(PR_SET_NAME, "crac-init");
		pass_on(program, &all);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	restores_here();
	deadline_goes_on();
}
