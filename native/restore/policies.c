#define _GNU_SOURCE
#include "restore/policies.h"
#include "base/deadline.h"
#include "base/file.h"
#include "base/list.h"
#include "base/say.h"
#include "restore/or-run.h"
#include "supervisor/agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Policies given at the restore. Only then Node is started: `crac __restore-policies` reads the rules, leaves them in
 * the record for the restored program, and says here what they mean for the files that the engine is to open. */

/* The decision for each `open` and each `port` line of the image, in its order: "reopen", "ignore", "close" or "-". */
static struct list files, ports;

void policies_read(const struct restore *restore)
{
	const char *file = restore->options.policies;
	char *path = copyf("%s/decisions", restore->record), *text, *line;
	int code;

	if (!file)
		return;
	if (restore->agent.count == 0)
		die(CRAC_EXIT_IMAGE, "the crac that made %s is gone, and with it what reads policies. Use `crac restore` of an installed node-crac, or say\n"
		    "what may have changed with --allowed-open-prefixes", restore->image.path);
	code = agent_run(&restore->agent, deadline_left(), "reads policies", "__restore-policies", file, image_path_for_others(&restore->image), restore->record,
			 NULL);
	if (code < 0 && deadline_over())
		die_late(copyf("the rules of --policies %s are not read", file));
	if (code < 0)
		die(CRAC_EXIT_ENGINE, "%s, which reads policies, did not end as it should", restore->agent.items[0]);
	if (code != 0) {
		if (code != CRAC_EXIT_USAGE)
			or_run();
		exit(code); /* it has said why */
	}
	text = read_file(path, NULL);
	while (text && (line = strsep(&text, "\n")))
		if (strncmp(line, "open ", 5) == 0)
			list_add(&files, line + 5);
		else if (strncmp(line, "port ", 5) == 0)
			list_add(&ports, line + 5);
}

/* Returns what the rules say about the image's `open` line of this index, or NULL. */
const char *policies_decision(size_t index)
{
	return index < files.count && strcmp(files.items[index], "-") != 0 ? files.items[index] : NULL;
}

/* Tells whether a rule closes the socket of the image's `port` line of this index. */
bool policies_close_port(size_t index)
{
	return index < ports.count && strcmp(ports.items[index], "close") == 0;
}

bool policies_close_some_port(void)
{
	for (size_t i = 0; i < ports.count; i++)
		if (policies_close_port(i))
			return true;
	return false;
}
