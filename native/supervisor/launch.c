#define _GNU_SOURCE
#include "crac.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* launch RECORD MIN_PID SIGNAL [--network WHERE] [--publish PORTS]… AGENT… -- PROGRAM…: called by `crac run`, which has checked everything
 * and made the record directory; it replaces that process. */
int launch_main(int argc, char **argv)
{
	struct job job = { 0 };
	struct list published = { 0 };
	const char *network = NULL;
	int i = 4, code;

	if (argc < 6)
		die(CRAC_EXIT_USAGE, "usage: launch RECORD MIN_PID SIGNAL AGENT… -- PROGRAM…");
	job.record = argv[1];
	record_adopt(job.record);
	job.mode = namespace_mode();
	job.uid = geteuid();
	job.gid = getegid();
	write_file(job.record, "mode", job.mode == MODE_USER ? "user" : "root");
	job.min_pid = atoi(argv[2]);
	job.checkpoint_signal = atoi(argv[3]);
	for (; i + 1 < argc && argv[i][0] == '-' && argv[i][1] == '-' && argv[i][2]; i += 2)
		if (strcmp(argv[i], "--network") == 0)
			network = argv[i + 1];
		else
			list_add(&published, argv[i + 1]);
	network_prepare(&job.network, network, &published);
	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		list_add(&job.agent, argv[i]);
	for (i++; i < argc; i++)
		list_add(&job.program, argv[i]);
	if (job.program.count == 0)
		die(CRAC_EXIT_USAGE, "no program to run");
	code = supervise(&job);
	return code;
}
