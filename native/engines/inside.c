#include "engines/inside.h"
#include "base/exit-codes.h"
#include "base/list.h"
#include "engines/engine.h"
#include "restore/package-files.h"
#include "restore/payload.h"
#include "restore/port-locks.h"
#include "restore/image-check.h"
#include "supervisor/intermediate.h"
#include "supervisor/pump.h"
#include "supervisor/supervise.h"

#include <stddef.h>
#include <sys/wait.h>

/* A restore by an engine that needs namespaces: what is done for it in the parent, in the intermediate process and in
 * init, whatever the engine. */

/* The directory where the caller stands, while the intermediate process stands in the image. */
static char *back;

static void leave(void *context)
{
	image_leave(&((struct restore *)context)->image, &back);
}

static void enter(void *context)
{
	image_enter(&((struct restore *)context)->image, back);
}

static void prepare(void *context)
{
	package_files_show(context);
}

static pid_t start(void *context)
{
	struct restore *restore = context;

	return restore->engine->start(restore);
}

static int ended(void *context, int status, pid_t *again)
{
	struct restore *restore = context;
	const struct engine *engine = restore->engine;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return image_still_whole(&restore->conf) ? PROGRAM_RUNS : CRAC_EXIT_IMAGE;
	if (WIFEXITED(status) && image_still_whole(&restore->conf) && engine->retry && engine->retry(restore)) {
		*again = engine->start(restore);
		return STARTED_AGAIN;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void wake(void *context)
{
	payload_release(((struct restore *)context)->mailbox);
}

static void tidy(void *context)
{
	struct restore *restore = context;

	if (restore->engine->tidy)
		restore->engine->tidy(restore);
}

static void runs(void *context)
{
	struct restore *restore = context;

	pump_started();
	port_locks_release();
	if (restore->engine->after)
		restore->engine->after(restore);
}

/* The object that the engine waits for, in words; it is gone when the log is read. */
static char *waits_for;

static void late(void *context, pid_t init)
{
	struct restore *restore = context;

	if (restore->engine->waits_for)
		waits_for = restore->engine->waits_for(restore, init);
}

static void failed(void *context)
{
	struct restore *restore = context;
	char *log = restore->engine->log ? restore->engine->log(restore) : NULL;

	restore->log = waits_for ? copyf("%s%s", waits_for, log ? log : "") : log;
	if (restore->log && restore->engine->errors)
		restore->errors = restore->engine->errors(restore->log);
}

/* Restores the program in namespaces and ends as it ends; returns only where it was not restored, with the exit code of
 * that. */
int restore_inside(struct restore *restore)
{
	struct inside inside = {
		.record = restore->record, .namespaces = restore->namespaces, .network = &restore->network,
		.generation = restore->generation, .context = restore, .restores = true, .program = restore->program,
		.leave = leave, .enter = enter, .prepare = prepare, .start = start, .ended = ended, .wake = wake, .tidy = tidy,
	};
	struct supervision supervision = {
		.record = restore->record, .agent = &restore->agent, .restores = true, .context = restore, .runs = runs,
		.late = late, .failed = failed,
	};
	int control, code;
	pid_t child;

	supervise_begin(&supervision);
	child = intermediate_start(&inside, &control);
	code = supervise(&supervision, child, control);
	restore->interrupted = supervision.interrupted;
	return code;
}
