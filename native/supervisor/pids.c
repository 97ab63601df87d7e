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

/* PIDs are counted upwards: processes that end at once are made until one has reached the number. */
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

/* The next process made here gets a PID above `last`: room below for the engine at restore. */
void set_last_pid(int last)
{
	char *text = copyf("%d", last);

	if (last <= 0 || write_text("/proc/sys/kernel/ns_last_pid", text) == 0) {
		free(text);
		return;
	}
	free(text);
	/* EINVAL: above kernel.pid_max, where counting does not lead either. Else it is read-only or not there. */
	if (errno == EINVAL)
		say("warning: PIDs above %d cannot be had: see `sysctl kernel.pid_max`, and give a lower --min-pid", last);
	else if (!pass_pids(last))
		say("warning: PIDs could not be raised above %d, so a restore may find them taken: %s", last, strerror(errno));
}
