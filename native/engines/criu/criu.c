#define _GNU_SOURCE
#include "engines/criu/criu.h"
#include "base/list.h"
#include "base/say.h"
#include "base/signals.h"
#include "engines/criu/command-line.h"
#include "engines/criu/kdat.h"
#include "engines/criu/lock-wait.h"
#include "engines/criu/logs.h"
#include "engines/criu/moved-files.h"
#include "engines/criu/page-file.h"
#include "engines/criu/protection-keys.h"
#include "engines/criu/retry.h"
#include "engines/criu/state.h"
#include "restore/policies.h"
#include "restore/trust.h"
#include "supervisor/clocks.h"
#include "supervisor/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The engine CRIU: a program of its own, which init executes. check, prepare, after, waits_for and log run in the parent,
 * the rest in init. */

static struct criu_state state;

static void check(struct restore *restore)
{
	const struct conf *conf = &restore->conf;
	const char *path = conf_need(conf, "criu");

	program_trust(conf, "criu", path);
	if (access(path, X_OK) < 0)
		die(CRAC_EXIT_ENGINE, "the engine %s is missing (%s). Bring it back with\n  crac engine install", path,
		    strerror(errno));
	protection_keys_check(conf);
}

static void prepare(struct restore *restore)
{
	if (restore->options.moves.count || policies_close_some_port())
		moved_files_make(&state, restore);
	state.page_file = page_file_find(&restore->conf);
	state.kdat = kdat_find(conf_get(&restore->conf, "criu"));
	state.log = copyf("%s/restore.log", restore->record);
	command_line_make(&state, restore);
}

/* Names the image for the engine, by a descriptor of its own that it finds open; not a number that it has under another
 * name. */
static void name_image(const struct image *image)
{
	int fd = fcntl(image->fd, F_DUPFD, 200);

	if (fd < 0)
		die(CRAC_EXIT_ENGINE, "cannot hand %s to the engine: %s", image->path, strerror(errno));
	list_add(&state.command, "-D");
	list_addf(&state.command, "/proc/self/fd/%d", fd);
}

/* Does what init does before the first start. */
static void prepare_inside(struct restore *restore)
{
	if (restore->namespaces.mode == MODE_USER)
		set_time_offsets(conf_get(&restore->conf, "clock"));
	else
		kdat_show(state.kdat);
	moved_files_show(&state, restore);
	page_file_hand(&state, restore);
	name_image(&restore->image);
}

static _Noreturn void become_criu(const struct restore *restore)
{
	unblock_signals();
	if (restore->namespaces.mode == MODE_USER) {
		/* CRIU keeps its kernel-feature cache there; a record's own directory where there is none for this boot. */
		setenv("XDG_RUNTIME_DIR", state.kdat ? dirname(strdup(state.kdat)) : restore->record, 1);
		keep_engine_capabilities();
	}
	if (state.stubs)
		setenv("LD_PRELOAD", state.stubs, 1);
	execv(state.command.items[0], state.command.items);
	say("cannot run the engine %s: %s; see `crac engine`", state.command.items[0], strerror(errno));
	_exit(127);
}

static int start(struct restore *restore)
{
	pid_t pid;

	if (!state.started)
		prepare_inside(restore);
	state.started = true;
	state.since = time(NULL);
	pid = fork();
	if (pid == 0)
		become_criu(restore);
	return pid;
}

static bool retry(struct restore *restore)
{
	return may_try_again(&state, restore);
}

static void tidy(struct restore *restore)
{
	moved_files_hide(&state, restore);
}

static void after(struct restore *restore)
{
	if (!state.kdat && restore->namespaces.mode == MODE_ROOT)
		kdat_warm(state.command.items[0]);
}

static char *waits_for(const struct restore *restore, pid_t init)
{
	(void)restore;
	return lock_waited_for(init);
}

static char *log_of(const struct restore *restore)
{
	return restore_logs(&state, restore->record);
}

const struct engine criu = {
	.name = "criu", .needs_namespaces = true, .check = check, .prepare = prepare, .start = start, .retry = retry,
	.tidy = tidy, .after = after, .waits_for = waits_for, .log = log_of, .errors = restore_log_errors,
};
