#define _GNU_SOURCE
#include "restore/start-over.h"
#include "base/close-range.h"
#include "base/deadline.h"
#include "base/list.h"
#include "base/record.h"
#include "base/say.h"
#include "base/scan.h"
#include "base/self.h"
#include "base/signals.h"
#include "supervisor/pump.h"
#include "supervisor/streams.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An image was replaced by a new one, and its files removed, while it was restored: nothing of the two is mixed, so
 * what was restored is thrown away. The command starts over with the image that has the name now. */

/* The variable in the environment of the next start: which one it is, and when the time of --timeout is over. */
#define STARTS "CRAC_STARTED_OVER"
#define MOST 1000
#define MOST_ELSEWHERE 20

static struct list command;
static const char *name;
static const struct image *restored;
static int times;

void start_over_prepare(char **argv, const char *word, const char *place, const struct image *image)
{
	const char *before = getenv(STARTS);
	long long number, end;

	if (before && scan_number(&before, 1, MOST, &number) && scan_number(&before, 0, LLONG_MAX, &end)) {
		times = number;
		deadline_is(end);
	}
	unsetenv(STARTS); /* not the program's */
	name = word;
	restored = image;
	list_add(&command, "/proc/self/exe");
	list_add(&command, "__again");
	list_add(&command, place ? place : "");
	for (argv++; *argv; argv++)
		list_add(&command, *argv);
	last_acts.before = start_over_if_replaced;
}

static void start_again(void)
{
	record_forget();
	deadline_watch_no_more();
	unblock_signals();
	close_descriptors(200, ~0U); /* what was meant for the engine (native/engines/criu/command-line.c) */
	setenv(STARTS, copyf("%d %lld", times + 1, deadline_when()), 1);
	execv(command.items[0], command.items);
	say("cannot start over: %s", strerror(errno));
}

/* Starts over where the restore cannot go on, before the program has run; returns where the image is the same still. */
void start_over_if_replaced(void)
{
	struct stat now;
	bool is_there;

	if (!is_restoring() || restored->fd < 0)
		return;
	is_there = stat(name, &now) == 0;
	if (is_there && now.st_ino == restored->opened.st_ino && now.st_dev == restored->opened.st_dev)
		return;
	last_acts.before = NULL;
	if (!is_there) {
		say("%s was removed while it was restored", restored->path);
		return;
	}
	if (pump_reads_stdin() || times >= MOST || deadline_over()) {
		say("%s was replaced by another image while it was restored; restore it again", restored->path);
		return;
	}
	if (times == 0)
		say("%s was replaced by another image while it was restored; starting over with that one", restored->path);
	streams_after_program();
	start_again();
}

void start_over_elsewhere(void)
{
	if (times < MOST_ELSEWHERE && !deadline_over())
		start_again();
}
