#define _GNU_SOURCE
#include "engines/criu/retry.h"
#include "base/file.h"
#include "base/signals.h"
#include "engines/criu/logs.h"
#include "supervisor/pids.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

/* Decides about another start of the engine, which may succeed or tell more; called by init when it has failed. */

#define QUICKLY 5 /* seconds: an engine that failed later is not retried */
#define MOST_WAITED 40000000 /* nanoseconds, before a name is taken again */
#define NAME_RACES 5

static bool is_clash(const char *log)
{
	return (strstr(log, "Can't fork for ") && strstr(log, ": File exists")) ||
	       strstr(log, "Unable to create a thread: -17");
}

/* Tells whether two restores at once of one image take the names of its unix sockets from each other: CRIU removes a
 * name and then binds to it. */
static bool is_name_race(const char *log)
{
	return strstr(log, "unix: Can't bind id ") && strstr(log, ": Address already in use");
}

/* Waits, not as long in every copy: copies that were started together would meet again. */
static void wait_a_little(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	nanosleep(&(struct timespec){ .tv_nsec = now.tv_nsec % MOST_WAITED }, NULL);
}

/* Makes the next log verbose: the fast restore logs errors only, and what they are about stands in the lines before
 * them. */
static bool make_verbose(struct criu_state *state, const char *record, const char *log)
{
	bool was_short = false;

	for (size_t i = 0; i < state->command.count; i++) {
		const char *item = state->command.items[i];

		if (strcmp(item, "-v1") == 0) {
			state->command.items[i] = "-v4";
			was_short = true;
		} else if (was_short && strncmp(item, "-v", 2) == 0) {
			return false; /* the caller has chosen how much */
		}
	}
	if (was_short)
		write_file(record, SHORT_LOG, log);
	return was_short;
}

/* Removes what the engine left half restored: it has numbers and files that the next one needs. */
static void clean_up(void)
{
	signal_all_inside(SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

bool may_try_again(struct criu_state *state, const struct restore *restore)
{
	static int clashes, races;
	char *log = read_file(state->log, NULL);
	bool again = false;

	/* The engine has a PID here too, and so have its helpers: an image whose PIDs are as low as theirs (--min-pid)
	 * clashes with them. Another engine gets other PIDs. */
	if (log && is_clash(log) && clashes < 3) {
		clean_up();
		clashes++;
		set_last_pid(restore->program + 1000 * clashes);
		again = true;
	} else if (log && is_name_race(log) && races < NAME_RACES) {
		clean_up();
		races++;
		wait_a_little();
		again = true;
	} else if (log && time(NULL) - state->since < QUICKLY && make_verbose(state, restore->record, log)) {
		clean_up();
		again = true;
	} else if (!log && state->stubs) {
		again = true; /* the engine has not even started: another CRIU than at the checkpoint, which needs more of them */
	}
	if (again)
		state->stubs = NULL;
	free(log);
	return again;
}
