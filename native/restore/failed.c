#define _GNU_SOURCE
#include "restore/failed.h"
#include "base/file.h"
#include "base/list.h"
#include "base/record.h"
#include "base/say.h"
#include "base/signals.h"
#include "restore/machine.h"
#include "supervisor/agent.h"

#include <stdlib.h>
#include <string.h>

/* The time in milliseconds for an explanation: the time of --timeout may be over. */
#define EXPLAINED_WITHIN 30000

/* Lets `crac explain` say the cause and the remedies, on standard error. Only on this failing path Node is started. */
static bool explained(const struct restore *restore, const char *log)
{
	int code;

	if (restore->agent.count == 0)
		return false;
	code = agent_run(&restore->agent, EXPLAINED_WITHIN, "explains failures", "explain", log, "--image", restore->image.path, NULL);
	return code == 0 || code == CRAC_EXIT_UNKNOWN;
}

/* Returns what to say where the engine has left no log. What could not be done before it was started stands above. */
static const char *silent(int code)
{
	if (code > 128)
		return copyf(" its restorer was ended by a signal (%s). Where nobody did that, memory was\n"
			     "short: look at dmesg, and raise the limit",
			     strsignal(code - 128));
	if (code == 126 || code == 127)
		return " the engine could not be started; see `crac engine`";
	return copyf(" it ended with code %d before the engine wrote a log; see what is said above, and `crac doctor`", code);
}

/* Prints the engine's error lines that matter, and where the whole log is kept. */
int restore_failed(const struct restore *restore, int code)
{
	const char *image = restore->image.path;
	const char *runtime = runtime_directory();
	char *kept = copyf("%s/restore.log", runtime);
	char *log = restore->log;

	if (restore->interrupted)
		end_by_signal(restore->interrupted);
	if (code == CRAC_EXIT_IMAGE)
		return code; /* said already, and the engine has no part in it */
	if (code == CRAC_EXIT_NAMESPACE && !(log && *log))
		return code; /* said already: the engine was not started */
	if (code == CRAC_EXIT_TIMEOUT)
		say("cannot restore %s: the engine did not finish within %d s and was ended; give it longer with --timeout", image,
		    restore->options.timeout);
	else
		say("cannot restore %s:%s", image, log && *log ? "" : silent(code));
	if (log && *log) {
		write_file(runtime, "restore.log", log);
		if (explained(restore, kept)) {
			say("the engine's log is %s", kept);
		} else {
			for (size_t i = 0; i < restore->errors.count; i++)
				say("  %s", restore->errors.items[i]);
			say("the engine's log is %s; what it means and what to do:\n  crac explain %s", kept, kept);
		}
	}
	kernel_note(&restore->conf);
	return code == CRAC_EXIT_TIMEOUT || code == CRAC_EXIT_NAMESPACE ? code : CRAC_EXIT_ENGINE;
}
