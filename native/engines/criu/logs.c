#define _GNU_SOURCE
#include "engines/criu/logs.h"
#include "base/file.h"
#include "base/list.h"

#include <stdlib.h>
#include <string.h>

static char *short_log(const char *record)
{
	char *path = copyf("%s/" SHORT_LOG, record), *text = read_file(path, NULL);

	free(path);
	return text;
}

/* Returns the text of the first error on, without what changes from run to run; NULL where there is none. */
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

/* Returns what is known of the failure: the last log, and the short one of the first attempt if that tells something
 * else. */
char *restore_logs(const struct criu_state *state, const char *record)
{
	char *log = read_file(state->log, NULL), *before = log ? short_log(record) : NULL, *found = NULL;
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

#define ERRORS_MAX 5

/* Returns the first error lines, without the one that every log of CRIU has. */
struct list restore_log_errors(const char *log)
{
	struct list errors = { 0 };
	char *rest = strdup(log), *line;

	while (rest && (line = strsep(&rest, "\n")) && errors.count < ERRORS_MAX)
		if (strstr(line, "Error (") && !strstr(line, "RLIMIT_NOFILE"))
			list_add(&errors, strstr(line, "Error ("));
	return errors;
}
