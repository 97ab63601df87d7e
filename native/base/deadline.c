#define _GNU_SOURCE
#include "base/deadline.h"
#include "base/say.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* One deadline for the whole of a restore, what comes before the engine included: nothing that is waited for (a lock,
 * a pipe that was named as a file, a file system that does not answer) keeps the command longer than --timeout. */

static long long end; /* milliseconds of the monotonic clock, 0 for none */
static int given;

long long milliseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* Ends the process, as the last resort: a system call does not return where nothing of ours looks at the clock. */
static void too_late(int number)
{
	static const char text[] = "crac: the restore had not even begun when the time of --timeout was over: a file or a disk does not "
				   "answer.\nLook at what the image, --policies and --env-file name (`crac explain IMAGE`)\n";

	(void)number;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(CRAC_EXIT_TIMEOUT);
	_exit(CRAC_EXIT_TIMEOUT);
}

void deadline_begin(int seconds)
{
	given = seconds;
	if (seconds == 0)
		return;
	end = milliseconds() + seconds * 1000LL;
	deadline_goes_on();
}

/* Also in a child that goes on in its parent's place: timers are not inherited. */
void deadline_goes_on(void)
{
	struct sigaction action = { .sa_handler = too_late };
	int left = deadline_left();
	struct itimerval timer = { .it_value = { .tv_sec = left / 1000 + 1 } };

	if (left < 0)
		return;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* Returns the deadline in milliseconds of the machine's clock, for a process that goes on with the same restore; 0 for
 * none. */
long long deadline_when(void)
{
	return end;
}

void deadline_is(long long when)
{
	if (end && when)
		end = when;
}

/* Stops the watch: from here on the caller looks at deadline_left() itself, or becomes another program. */
void deadline_watch_no_more(void)
{
	struct itimerval none = { 0 };

	if (!end)
		return;
	setitimer(ITIMER_REAL, &none, NULL);
	signal(SIGALRM, SIG_DFL);
}

/* Returns the milliseconds that are left as poll(2) takes them: -1 where there is no limit. */
int deadline_left(void)
{
	long long left = end - milliseconds();

	return !end ? -1 : left > 0 ? (int)left : 0;
}

bool deadline_over(void)
{
	return deadline_left() == 0;
}

_Noreturn void die_late(const char *what)
{
	die(CRAC_EXIT_TIMEOUT, "%s, and the %d s of --timeout are over; give it longer with --timeout", what, given);
}

/* Tells whether a child ends within so many milliseconds, without ending it. */
bool child_ends_within(pid_t child, int limit)
{
	int fd = syscall(SYS_pidfd_open, child, 0);
	struct pollfd polled = { fd, POLLIN, 0 };
	long long until = milliseconds() + limit;
	bool ended = false;

	if (fd < 0) { /* before Linux 5.3 */
		struct timespec step = { .tv_nsec = 2000000 };
		siginfo_t info;

		do {
			info.si_pid = 0;
			if (waitid(P_PID, child, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == child)
				return true;
			nanosleep(&step, NULL);
		} while (milliseconds() < until);
		return false;
	}
	while (!ended && (limit = until - milliseconds()) > 0)
		ended = poll(&polled, 1, limit) > 0;
	close(fd);
	return ended;
}

/* Waits for a child at most so many milliseconds (-1 for no limit), then ends it. False where that was needed. */
bool wait_for_child(pid_t child, int limit, int *status)
{
	bool ended = limit < 0 || child_ends_within(child, limit);

	if (!ended)
		kill(child, SIGKILL);
	while (waitpid(child, status, 0) < 0)
		if (errno != EINTR)
			return false;
	return ended;
}
