#define _GNU_SOURCE
#include "crac.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* launch RECORD (root|user) MIN_PID SIGNAL AGENT… -- PROGRAM…: called by `crac run`, which has checked everything
 * and made the record directory; it replaces that process. */
int launch_main(int argc, char **argv)
{
	struct job job = { 0 };
	int i = 5, code;

	if (argc < 7)
		die(CRAC_EXIT_USAGE, "usage: launch RECORD MODE MIN_PID SIGNAL AGENT… -- PROGRAM…");
	job.record = argv[1];
	record_adopt(job.record);
	job.mode = strcmp(argv[2], "user") == 0 ? MODE_USER : MODE_ROOT;
	job.min_pid = atoi(argv[3]);
	job.checkpoint_signal = atoi(argv[4]);
	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		list_add(&job.agent, argv[i]);
	for (i++; i < argc; i++)
		list_add(&job.program, argv[i]);
	if (job.program.count == 0)
		die(CRAC_EXIT_USAGE, "no program to run");
	code = supervise(&job);
	return code;
}
