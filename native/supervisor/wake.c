#define _GNU_SOURCE
#include "supervisor/wake.h"
#include "base/file.h"
#include "base/list.h"
#include "base/say.h"
#include "base/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char agent_killed[] =
	"Fthe process that carried out the checkpoint was killed; ask for it again with `crac checkpoint`";

static void tell_why(int pid, int mailbox)
{
	char *path = copyf("/proc/%d/fd/%d", pid, mailbox);
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if ((fd < 0 || write(fd, agent_killed, sizeof(agent_killed) - 1) < 0) && errno != ENOENT)
		say("cannot wake process %d of the program: %s: %s", pid, path, strerror(errno));
	close(fd);
	free(path);
}

/* Wakes the program; called by init when the agent was killed in the middle of a checkpoint: its engine may have left
 * every process stopped. In `mailboxes` of the record the agent has noted the members of the program that stand still
 * with it, a PID and a descriptor a line. */
void wake_program(const char *record, pid_t program, int mailbox)
{
	char *path = copyf("%s/mailboxes", record), *text = read_file(path, NULL), *rest = text, *line;
	int pid, fd;

	signal_all_inside(SIGCONT);
	while ((line = strsep(&rest, "\n")))
		if (sscanf(line, "%d %d", &pid, &fd) == 2 && pid != program)
			tell_why(pid, fd);
	tell_why(program, mailbox);
	free(text);
	free(path);
}
