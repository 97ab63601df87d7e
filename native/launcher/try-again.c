#define _GNU_SOURCE
#include "crac.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* The engine has a PID here too, and so have its helpers: an image whose PIDs are as low as theirs (--min-pid) clashes
 * with them. Then it is tried again, a few times, with an engine that has other PIDs. */
bool may_try_again(struct job *job)
{
	static int tries;
	char *log = tries < 3 && job->log ? read_file(job->log, NULL) : NULL;
	bool clash = log && ((strstr(log, "Can't fork for ") && strstr(log, ": File exists")) ||
			     strstr(log, "Unable to create a thread: -17"));

	free(log);
	if (!clash)
		return false;
	kill(-1, SIGKILL); /* what the engine left half restored has numbers that are needed */
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	tries++;
	set_last_pid(job->root_pid + 1000 * tries);
	return true;
}
