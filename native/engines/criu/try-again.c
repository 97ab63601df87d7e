#define _GNU_SOURCE
#include "crac.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

/* Called by PID 1 of the namespace when the engine has failed. */

#define SHORT_LOG "restore-short.log"
#define QUICKLY 5 /* seconds: who failed later is not made to fail again */

static char *short_log(const struct job *job)
{
	char *path = copyf("%s/" SHORT_LOG, job->record), *text = read_file(path, NULL);

	free(path);
	return text;
}

static bool is_clash(const char *log)
{
	return (strstr(log, "Can't fork for ") && strstr(log, ": File exists")) ||
	       strstr(log, "Unable to create a thread: -17");
}

/* The fast restore logs errors only. What they are about stands in the lines before them. */
static bool make_verbose(struct job *job, const char *log)
{
	bool was_short = false;

	for (size_t i = 0; i < job->engine.count; i++) {
		const char *item = job->engine.items[i];

		if (strcmp(item, "-v1") == 0) {
			job->engine.items[i] = "-v4";
			was_short = true;
		} else if (was_short && strncmp(item, "-v", 2) == 0) {
			return false; /* the caller has chosen how much */
		}
	}
	if (was_short)
		write_file(job->record, SHORT_LOG, log);
	return was_short;
}

/* What the engine left half restored has numbers and files that the next one needs. */
static void clean_up(void)
{
	signal_all_inside(SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

bool may_try_again(struct job *job, time_t since)
{
	static int clashes;
	char *log = job->log ? read_file(job->log, NULL) : NULL;
	bool again = false;

	/* The engine has a PID here too, and so have its helpers: an image whose PIDs are as low as theirs (--min-pid)
	 * clashes with them. Another engine gets other PIDs. */
	if (log && is_clash(log) && clashes < 3) {
		clean_up();
		clashes++;
		set_last_pid(job->root_pid + 1000 * clashes);
		again = true;
	} else if (log && time(NULL) - since < QUICKLY && make_verbose(job, log)) {
		clean_up();
		again = true;
	} else if (!log && job->stand_ins) {
		again = true; /* it has not even started: another CRIU than at the checkpoint, which needs more of them */
	}
	if (again)
		job->stand_ins = NULL;
	free(log);
	return again;
}

/* From the text of the first error on, without what changes from run to run; NULL where there is none. */
static const char *first_error(const char *log, size_t *length)
{
	for (const char *at = log; (at = strstr(at, "Error (")); at++) {
		const char *message = strstr(at, "): ");

		if (!message || strncmp(message + 3, "rlimit: ", 8) == 0)
			continue;
		*length = strcspn(message, "\n");
		return message;
	}
	return NULL;
}

/* What is known of the failure: the last log, and the short one of the first attempt if that tells something else. */
char *restore_logs(const struct job *job)
{
	char *log = job->log ? read_file(job->log, NULL) : NULL, *before = log ? short_log(job) : NULL, *found = NULL;
	size_t length = 0;
	const char *error = before ? first_error(before, &length) : NULL;
	char *both = NULL;

	if (error) {
		char *message = strndup(error, length);

		found = message ? strstr(log, message) : NULL;
		free(message);
		if (!found)
			both = copyf("%s\n%s", before, log);
	}
	free(before);
	if (!both)
		return log;
	free(log);
	return both;
}
