#define _GNU_SOURCE
#include "supervisor/pids.h"
#include "base/file.h"
#include "base/list.h"
#include "base/say.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t process_that_ends(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	return pid;
}

/* Makes processes that end at once until one has reached the number: PIDs are counted upwards. */
static bool pass_pids(int last)
{
	for (int made = 0; made < last; made++) {
		pid_t pid = process_that_ends();

		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			return false;
		if (pid >= last)
			return true;
	}
	return false;
}

/* Makes the next process here get a PID above `last`: there is room below for the engine at restore. */
void set_last_pid(int last)
{
	char *text = copyf("%d", last);

	if (last <= 0 || write_text("/proc/sys/kernel/ns_last_pid", text) == 0) {
		free(text);
		return;
	}
	free(text);
	/* EINVAL: the number is above kernel.pid_max, where counting does not lead either. Else the file is read-only or
	 * not there. */
	if (errno == EINVAL)
		say("warning: PIDs above %d cannot be had: see `sysctl kernel.pid_max`, and give a lower --min-pid", last);
	else if (!pass_pids(last))
		say("warning: PIDs could not be raised above %d, so a restore may find them taken: %s", last, strerror(errno));
}
