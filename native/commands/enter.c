#define _GNU_SOURCE
#include "commands/enter.h"
#include "base/list.h"
#include "base/say.h"
#include "base/seccomp.h"
#include "network/drain.h"
#include "supervisor/around.h"
#include "supervisor/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void die_not_entered(const char *namespace, int type, int error)
{
	const char *advice = type == CLONE_NEWTIME ? "run crac in the time namespace that the program was started in" :
						     "run crac as the user who started the program";

	if (setns_is_filtered())
		die(CRAC_EXIT_NAMESPACE,
		    "cannot enter %s: %s. A seccomp profile denies setns to crac; a checkpoint is made under none:\n%s", namespace,
		    strerror(error), container_lines(NEEDS_SECCOMP));
	die(CRAC_EXIT_NAMESPACE, "cannot enter %s: %s; %s", namespace, strerror(error), advice);
}

/* Joins one namespace of another process, unless it is ours already (joining one's own user namespace fails). */
static bool join(const char *pid, const char *name, int type)
{
	char *theirs = copyf("/proc/%s/ns/%s", pid, name), *ours = copyf("/proc/self/ns/%s", name);
	struct stat a, b;
	int fd = open(theirs, O_RDONLY | O_CLOEXEC);
	bool different;

	if (fd < 0 && errno == ENOENT && type == CLONE_NEWTIME)
		return false; /* before Linux 5.6 */
	if (fd < 0 || fstat(fd, &a) < 0 || stat(ours, &b) < 0)
		die(CRAC_EXIT_NAMESPACE, "cannot look at %s: %s; is the program still running, and is it yours?", theirs,
		    strerror(errno));
	different = a.st_ino != b.st_ino;
	if (different && setns(fd, type) < 0)
		die_not_entered(theirs, type, errno);
	close(fd);
	free(theirs);
	free(ours);
	return different;
}

/* Ends the engine with what it has started: a helper of one that was killed sleeps for ever, with our caller's streams. */
static int end_all(pid_t child)
{
	int status = 0;

	kill(-child, SIGKILL);
	kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Waits for the child, ends it when the time is over: a failing engine can hang for ever. */
static int wait_within(pid_t child, int seconds)
{
	struct timespec step = { .tv_nsec = 1000000 };
	long long left = seconds * 1000LL;
	siginfo_t ended = { 0 };

	while (seconds == 0 || left-- > 0) {
		/* It stays a zombie, whose number is nobody else's. */
		if (waitid(P_PID, child, &ended, WEXITED | WNOHANG | WNOWAIT) < 0 && errno != EINTR)
			return CRAC_EXIT_ENGINE;
		if (ended.si_pid == child)
			return end_all(child);
		drain();
		nanosleep(&step, NULL);
	}
	end_all(child);
	say("the engine did not finish within %d s and was ended; give it longer with --timeout", seconds);
	return CRAC_EXIT_TIMEOUT;
}

/* Protects an engine: if it is killed half-way it may take the program with it. Only root may ask to be spared. */
static void protect_from_memory_killer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "-1000", 5) < 0 && errno != EACCES)
		say("note: the engine cannot be protected from the kernel's memory killer: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* enter PID SECONDS [--drain PID:FD]… COMMAND…: runs a command inside the namespaces of a program's init. */
int enter_main(int argc, char **argv)
{
	char **command = argv + 3;
	bool unprivileged;
	pid_t child;

	if (argc < 4)
		die(CRAC_EXIT_USAGE, "usage: enter PID SECONDS [--drain PID:FD]… COMMAND…");
	unprivileged = join(argv[1], "user", CLONE_NEWUSER);
	for (; command[0] && command[1] && strcmp(command[0], "--drain") == 0; command += 2)
		drain_add(command[1]); /* the numbers are those of our own PID namespace still */
	join(argv[1], "time_for_children", CLONE_NEWTIME); /* the image then tells the clocks as the program sees them */
	join(argv[1], "pid", CLONE_NEWPID);
	join(argv[1], "net", CLONE_NEWNET); /* or the engine would take the program's network for a part of the image */
	join(argv[1], "mnt", CLONE_NEWNS);
	/* The hold on the program and the lock of the directory, if the agent handed them down: they last as long as this
	 * process, and with it the engine (src/command/checkpoint/lease.ts, src/command/image/partial.ts). */
	fcntl(3, F_SETFD, FD_CLOEXEC);
	fcntl(4, F_SETFD, FD_CLOEXEC);
	protect_from_memory_killer();
	child = fork();
	if (child < 0)
		die(CRAC_EXIT_ENGINE, NO_PROCESS, strerror(errno));
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpgid(0, 0); /* what it has started ends with it */
		if (unprivileged)
			keep_engine_capabilities();
		execvp(command[0], command);
		die(CRAC_EXIT_ENGINE, "cannot run %s: %s", command[0] ? command[0] : "nothing", strerror(errno));
	}
	return wait_within(child, atoi(argv[2]));
}
