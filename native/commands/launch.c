#define _GNU_SOURCE
#include "commands/launch.h"
#include "base/close-range.h"
#include "base/file.h"
#include "base/list.h"
#include "base/record.h"
#include "base/say.h"
#include "base/signals.h"
#include "supervisor/alone.h"
#include "supervisor/first-pid.h"
#include "supervisor/generation-page.h"
#include "supervisor/intermediate.h"
#include "supervisor/privileges.h"
#include "supervisor/streams.h"
#include "supervisor/supervise.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A program to start. */
struct launch {
	struct list program;
	int min_pid; /* or PID_DRAWN */
	struct alone alone;
};

/* Starts the program; called by init, and returns in it with the PID of the process that becomes the program. */
static pid_t start_program(void *context)
{
	const struct launch *launch = context;
	pid_t pid = fork_program(launch->min_pid);

	if (pid != 0)
		return pid;
	unblock_signals();
	generation_of_program(); /* tells the program's own preload from that of its children */
	setsid(); /* CRIU dumps only a session leader without --shell-job */
	streams_reopen_inside();
	close_descriptors(3, ~0U);
	execvp(launch->program.items[0], launch->program.items);
	say("cannot run %s: %s", launch->program.items[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static void refused(void *context)
{
	alone_become(&((const struct launch *)context)->alone);
}

static void failed(void *context)
{
	alone_say_refusals(&((const struct launch *)context)->alone);
}

/* launch RECORD MIN_PID SIGNAL [--alone LD_PRELOAD] [--network WHERE] [--publish PORTS]… AGENT… -- PROGRAM…: starts a
 * program. Called by `crac run`, which has checked everything and made the record directory; it replaces that process. */
int launch_main(int argc, char **argv)
{
	static struct network network;
	struct launch launch = { 0 };
	struct list published = { 0 }, agent = { 0 };
	struct inside inside = { .network = &network, .context = &launch, .start = start_program };
	struct supervision supervision = { .agent = &agent, .context = &launch };
	const char *where = NULL;
	int i = 4, control;
	pid_t child;

	if (argc < 6)
		die(CRAC_EXIT_USAGE, "usage: launch RECORD MIN_PID SIGNAL AGENT… -- PROGRAM…");
	inside.record = supervision.record = argv[1];
	record_adopt(argv[1]);
	inside.namespaces = (struct namespaces){ namespace_mode(), geteuid(), getegid() };
	write_file(argv[1], "mode", inside.namespaces.mode == MODE_USER ? "user" : "root");
	launch.min_pid = atoi(argv[2]);
	supervision.checkpoint_signal = atoi(argv[3]);
	for (; i + 1 < argc && argv[i][0] == '-' && argv[i][1] == '-' && argv[i][2]; i += 2)
		if (strcmp(argv[i], "--network") == 0)
			where = argv[i + 1];
		else if (strcmp(argv[i], "--alone") == 0)
			launch.alone.preload = argv[i + 1];
		else
			list_add(&published, argv[i + 1]);
	network_prepare(&network, where, &published);
	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		list_add(&agent, argv[i]);
	for (i++; i < argc; i++)
		list_add(&launch.program, argv[i]);
	if (launch.program.count == 0)
		die(CRAC_EXIT_USAGE, "no program to run");
	if (launch.alone.preload && (inside.refusals = alone_listen())) {
		launch.alone = (struct alone){ argv[1], launch.alone.preload, &launch.program, &supervision.interrupted, inside.refusals,
					       &supervision };
		supervision.refused = refused;
		supervision.failed = failed;
	}
	streams_before_program();
	supervise_begin(&supervision);
	child = intermediate_start(&inside, &control);
	return supervise(&supervision, child, control);
}
