#define _GNU_SOURCE
#include "supervisor/alone.h"
#include "base/file.h"
#include "base/list.h"
#include "base/say.h"
#include "base/signals.h"
#include "generation.h"
#include "supervisor/agent.h"
#include "supervisor/generation-page.h"

#include <errno.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOM 8192
#define OURS "crac: "

/* Makes a descriptor for what is said of namespaces: standard error hears it only if the program cannot do without. */
int alone_listen(void)
{
	int fd = memfd_create("crac-refusals", MFD_CLOEXEC);

	return fd < 0 ? 0 : fd;
}

static char *refusals_of(const struct alone *alone)
{
	char *text = calloc(1, ROOM);

	if (!text || !alone->refusals || pread(alone->refusals, text, ROOM - 1, 0) < 0)
		die(CRAC_EXIT_ENGINE, "cannot read what was said of namespaces: %s", strerror(errno));
	return text;
}

void alone_say_refusals(const struct alone *alone)
{
	const char *text = alone->refusals ? refusals_of(alone) : "";

	if (*text && write(STDERR_FILENO, text, strlen(text)) < 0)
		return; /* nobody can be told */
}

static void forget(const char *record, const char *name)
{
	unlink(copyf("%s/%s", record, name));
}

/* Writes the record as src/command/engines/direct/start.ts does, with the reason why there is no other engine. */
static void write_record(const struct alone *alone)
{
	const char *why = refusals_of(alone);

	if (strncmp(why, OURS, sizeof(OURS) - 1) == 0)
		why += sizeof(OURS) - 1;
	forget(alone->record, "parent.sock");
	forget(alone->record, "init");
	forget(alone->record, "mark");
	write_file(alone->record, "without-namespaces", why);
	write_file(alone->record, "engine", "direct");
	write_file(alone->record, "mode", geteuid() == 0 ? "root" : "user");
	write_file(alone->record, "program", copyf("%d", (int)getpid()));
	generation_own(alone->record, NULL);
}

/* Has the library inside catch the signal (native/engines/direct/inside/checkpoint-signal.c): the number, then the words of
 * what it starts, a line each. */
static void hand_over_signal(const struct alone *alone)
{
	const struct supervision *supervision = alone->supervision;
	char *text = copyf("%d", supervision->checkpoint_signal);

	if (supervision->checkpoint_signal == 0)
		return;
	for (size_t i = 0; i < supervision->agent->count; i++)
		text = copyf("%s\n%s", text, supervision->agent->items[i]);
	setenv("CRAC_CHECKPOINT_SIGNAL", copyf("%s\n__agent\n%s\n%s", text, alone->record, ASKED_BY_SIGNAL), 1);
}

/* Becomes the program, as whoever has started it expects: with its PID, its streams and its signals. */
void alone_become(const struct alone *alone)
{
	char *const *program = alone->program->items;

	write_record(alone);
	setenv("LD_PRELOAD", alone->preload, 1);
	setenv(GENERATION_VARIABLE, copyf("%s/mark", alone->record), 1);
	setenv("CRAC_PROGRAM_ENGINE", "direct", 1);
	hand_over_signal(alone);
	unblock_signals();
	if (*alone->interrupted)
		raise(*alone->interrupted);
	syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
	execvp(program[0], program);
	die(errno == ENOENT ? 127 : 126, "cannot run %s: %s", program[0], strerror(errno));
}
