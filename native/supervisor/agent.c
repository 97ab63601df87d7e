#define _GNU_SOURCE
#include "supervisor/agent.h"
#include "base/deadline.h"
#include "base/say.h"
#include "base/self.h"
#include "base/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Starts the agent: `crac checkpoint` run on behalf of the program itself, which must stand outside the dumped tree. */
void agent_start(const struct list *agent, const char *record, const char *request)
{
	struct list command = { 0 };
	pid_t pid;

	if (agent->count == 0) {
		say("cannot carry out a checkpoint: the crac command that belongs to this program is not known");
		agent_refuse(record, request, "is not known");
		return;
	}
	pid = fork();
	if (pid < 0) {
		say("cannot start the checkpoint: %s", strerror(errno));
		agent_refuse(record, request, "could not be started");
	}
	if (pid > 0)
		agent_note(pid, request);
	if (pid != 0)
		return;
	list_add_all(&command, agent);
	list_add(&command, "__agent");
	list_add(&command, record);
	list_add(&command, request);
	unblock_signals();
	setsid(); /* Ctrl-C at the terminal is the program's, not the dump's */
	if (open("/dev/null", O_RDONLY) != 0)
		dup2(open("/dev/null", O_RDONLY), 0);
	dup2(2, 1);
	execvp(command.items[0], command.items);
	say("cannot run %s: %s", command.items[0], strerror(errno));
	_exit(127);
}

/* Returns the script of the `crac` that this binary belongs to; NULL where there is none. */
char *own_script(void)
{
	const char *self = self_path();
	char *script;

	if (!self)
		return NULL;
	script = copyf("%.*s/../../dist/cli.js", (int)(strrchr(self, '/') - self), self);
	return access(script, R_OK) == 0 ? script : NULL;
}

/* Has `crac` do something for the restorer, in these words up to a NULL, and waits so many milliseconds (-1 for no limit);
 * what it prints goes to standard error. Returns its exit code, or -1 if it did not end as it should. */
int agent_run(const struct list *agent, int limit, const char *purpose, ...)
{
	struct list command = { 0 };
	const char *word;
	va_list words;
	int status;
	pid_t pid;

	list_add_all(&command, agent);
	va_start(words, purpose);
	while ((word = va_arg(words, const char *)))
		list_add(&command, word);
	va_end(words);
	pid = fork();
	if (pid == 0) {
		unblock_signals();
		unsetenv("NODE_OPTIONS"); /* meant for the program */
		dup2(2, 1);
		execvp(command.items[0], command.items);
		say("cannot run %s, which %s: %s", command.items[0], purpose, strerror(errno));
		_exit(CRAC_EXIT_ENGINE);
	}
	return pid < 0 || !wait_for_child(pid, limit, &status) || !WIFEXITED(status) ? -1 : WEXITSTATUS(status);
}
