#define _GNU_SOURCE
#include "crac.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The program waited for its standard input by epoll when it was dumped, and epoll refuses regular files and
 * /dev/null: those are copied through a pipe. Returns the descriptor to use as standard input. */
int pump_stdin_if_needed(void)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC), ends[2];
	struct epoll_event event = { .events = EPOLLIN };
	bool refused = epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &event) < 0 && errno == EPERM;
	char block[65536];
	ssize_t got;

	close(epoll);
	if (!refused)
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		die(CRAC_EXIT_ENGINE, "cannot make a pipe: %s", strerror(errno));
	if (fork() == 0) {
		close(ends[0]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "crac-stdin");
		signal(SIGPIPE, SIG_DFL);
		while ((got = read(0, block, sizeof(block))) > 0)
			for (ssize_t done = 0, wrote; done < got; done += wrote)
				if ((wrote = write(ends[1], block + done, got - done)) < 0)
					_exit(1);
		_exit(0);
	}
	close(ends[1]);
	return ends[0];
}
