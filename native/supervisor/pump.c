#define _GNU_SOURCE
#include "supervisor/pump.h"
#include "base/close-range.h"
#include "base/deadline.h"
#include "base/say.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static pid_t output_pumps[3];
static int pump_count, terminal_fd = -1;
static bool reads_stdin;

static _Noreturn void copy(const char *name, int from, int to)
{
	char block[65536];
	ssize_t got;

	dup2(from, 0);
	dup2(to, 1);
	close_descriptors(3, ~0U);
	prctl(PR_SET_NAME, name);
	/* The terminal's signals are the program's: what it prints at them must still come through. */
	for (int signal_number = 1; signal_number < NSIG; signal_number++)
		signal(signal_number, SIG_IGN);
	while ((got = read(0, block, sizeof(block))) > 0 || (got < 0 && errno == EAGAIN)) {
		struct pollfd input = { 0, POLLIN, 0 };

		if (got < 0)
			poll(&input, 1, -1);
		for (ssize_t done = 0, wrote; done < got; done += wrote)
			if ((wrote = write(1, block + done, got - done)) < 0) {
				struct pollfd output = { 1, POLLOUT, 0 };

				if (errno != EAGAIN)
					_exit(1);
				poll(&output, 1, -1);
				wrote = 0;
			}
	}
	_exit(0);
}

static bool epoll_refuses(int fd)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN };
	bool refused = epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0 && errno == EPERM;

	close(epoll);
	return refused;
}

/* Tells whether the engine can open a stream anew by /proc/self/fd without losing the position, as it does with pipes. */
static bool serves_as_pipe(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode));
}

/* Copies standard input through a pipe where need be: the program waited for it by epoll when it was dumped, and epoll
 * refuses regular files and /dev/null. Returns the descriptor to use as standard input. */
int pump_stdin_if_needed(bool pipe_needed)
{
	int ends[2];

	if (!epoll_refuses(0) && (!pipe_needed || serves_as_pipe(0)))
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		die(CRAC_EXIT_ENGINE, "cannot make a pipe: %s", strerror(errno));
	reads_stdin = true;
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		copy("crac-stdin", 0, ends[1]);
	}
	close(ends[1]);
	return ends[0];
}

/* Tells whether something has been taken from standard input that cannot be put back. */
bool pump_reads_stdin(void)
{
	return reads_stdin;
}

static void open_terminal(int ends[2])
{
	ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (ends[0] < 0 || grantpt(ends[0]) < 0 || unlockpt(ends[0]) < 0 ||
	    (ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0)
		die(CRAC_EXIT_ENGINE, "cannot make the terminal that the program's children had: %s; restore in a terminal",
		    strerror(errno));
	terminal_fd = ends[1];
}

/* Returns a pipe or terminal from which what is written reaches `to`; `to` itself, where the engine can use it so. */
int pump_output(int to, bool terminal)
{
	int ends[2];

	if (terminal ? isatty(to) : serves_as_pipe(to))
		return to;
	if (terminal)
		open_terminal(ends);
	else if (pipe2(ends, O_CLOEXEC) < 0)
		die(CRAC_EXIT_ENGINE, "cannot make a pipe: %s", strerror(errno));
	output_pumps[pump_count] = fork();
	if (output_pumps[pump_count] == 0)
		copy("crac-output", ends[0], to);
	pump_count++;
	close(ends[0]);
	return ends[1];
}

/* Sets the terminal up again: the engine has given it the settings of the old one; what goes to a file must not get
 * carriage returns. */
void pump_started(void)
{
	struct termios settings;

	if (terminal_fd < 0 || tcgetattr(terminal_fd, &settings) < 0)
		return;
	cfmakeraw(&settings);
	tcsetattr(terminal_fd, TCSANOW, &settings);
}

/* Tells whether a signal asks to end: the program that would have heard it has ended; nobody else reads signals now
 * (supervise.c). */
static bool told_to_end(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 && (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1 ||
					     sigismember(&pending, SIGHUP) == 1 || sigismember(&pending, SIGQUIT) == 1);
}

/* Waits until what was written last has arrived; called when everything inside has ended. Where the program has not
 * even run it waits so many milliseconds (-1 for no limit). Where nobody reads the output, a signal ends the waiting. */
void pump_finish(int limit)
{
	int status;

	if (pump_count == 0)
		return;
	close_descriptors(3, ~0U);
	for (; pump_count > 0; pump_count--) {
		while (limit < 0 && !told_to_end() && !child_ends_within(output_pumps[pump_count - 1], 100))
			;
		wait_for_child(output_pumps[pump_count - 1], limit < 0 ? 0 : limit, &status);
	}
}
