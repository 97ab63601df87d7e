#define _GNU_SOURCE
#include "restore/or-run.h"
#include "base/deadline.h"
#include "base/list.h"
#include "base/record.h"
#include "base/say.h"
#include "base/self.h"
#include "base/signals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct list cold;

void or_run_prepare(const char *script, char **arguments)
{
	const char *node = getenv("CRAC_NODE");

	list_add(&cold, node ? node : "node");
	list_add(&cold, script);
	for (; arguments && *arguments; arguments++)
		list_add(&cold, *arguments);
	last_acts.after = or_run;
}

/* Becomes an ordinary node where the image cannot be used: the program is wanted all the same. Returns where that was
 * not asked for, and in the processes that were made for the restore. */
void or_run(void)
{
	if (cold.count == 0 || !is_restoring())
		return;
	record_forget();
	say("starting %s without the image", cold.items[1]);
	deadline_watch_no_more();
	unblock_signals();
	execvp(cold.items[0], cold.items);
	cold.count = 0;
	die(127, "cannot run %s: %s", cold.items[0], strerror(errno));
}

static char *in_path(const char *name)
{
	char *path = getenv("PATH"), *rest = copyf("%s", path ? path : "/usr/local/bin:/usr/bin:/bin"), *folder;

	if (strchr(name, '/'))
		return realpath(name, NULL);
	while ((folder = strsep(&rest, ":"))) {
		char *candidate = copyf("%s/%s", *folder ? folder : ".", name);

		if (access(candidate, X_OK) == 0)
			return realpath(candidate, NULL);
		free(candidate);
	}
	return NULL;
}

const struct list *or_run_words(void)
{
	char *node = cold.count == 0 ? NULL : in_path(cold.items[0]);

	if (!node)
		return NULL;
	cold.items[0] = node;
	return &cold;
}
