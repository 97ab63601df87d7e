#define _GNU_SOURCE
#include "commands/command.h"
#include "base/list.h"
#include "base/say.h"
#include "base/self.h"
#include "commands/restore.h"
#include "supervisor/agent.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* `crac` itself, where a link of that name leads here (src/command/base/native-command.ts): what the
 * shell script bin/crac does, without a shell. */

/* With fewer node ends in its own start, and not by a word of ours. */
#define FILES_NEEDED 48

static bool has_word(char **argv, const char *word)
{
	for (; *argv; argv++)
		if (strcmp(*argv, word) == 0)
			return true;
	return false;
}

static void check_files(char **argv)
{
	struct rlimit limit;
	char *told;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= FILES_NEEDED)
		return;
	told = copyf("this process may open %llu files, and crac needs %d. Allow more, as with: ulimit -n 4096",
		     (unsigned long long)limit.rlim_cur, FILES_NEEDED);
	if (has_word(argv, "--json"))
		printf("{\"error\":{\"name\":\"CommandError\",\"message\":\"%s\",\"code\":\"EMFILE\"}}\n", told);
	fflush(stdout);
	say("%s", told);
	exit(1);
}

int command_main(int argc, char **argv)
{
	const char *node = getenv("CRAC_NODE"), *script;
	struct list command = { 0 };

	if (argc > 1 && strcmp(argv[1], "restore") == 0)
		return restore_main(argv + 1, NULL);
	script = own_script();
	if (!script)
		die(CRAC_EXIT_ENGINE, "%s has no dist/cli.js beside it: install node-crac again", self_path());
	check_files(argv);
	node = node && *node ? node : "node";
	list_add(&command, node);
	list_add(&command, script);
	for (int i = 1; i < argc; i++)
		list_add(&command, argv[i]);
	execvp(node, command.items);
	die(errno == ENOENT ? 127 : 126, "cannot run %s: %s. Put Node into PATH, or name it with CRAC_NODE", node, strerror(errno));
}
