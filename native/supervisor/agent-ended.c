/*
 * An agent that ends by a signal, or before it can speak, tells the program nothing: its call of checkpointRestore()
 * would wait for ever. So its parent does. A program that has heard of the outcome already takes no notice.
 */
#define _GNU_SOURCE
#include "base/list.h"
#include "supervisor/agent.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define MESSAGE                                                                                                            \
	"{\"op\":\"refuse\",\"call\":%ld,\"error\":{\"name\":\"EngineError\",\"code\":\"ERR_CRAC_ENGINE_FAILED\",\"message\":" \
	"\"the process that was to carry out the checkpoint %s. What it said stands in the standard error of this program. " \
	"Ask again\"}}\n"

static pid_t last;
static char *last_request;

/* Notes who works on what request of the program's. */
void agent_note(pid_t agent, const char *request)
{
	free(last_request);
	last = agent;
	last_request = copyf("%s", request);
}

/* Returns a number of the request; -1 where it has none of that name. */
static long number_in(const char *request, const char *name)
{
	const char *found = strstr(request, name);

	return found ? strtol(found + strlen(name), NULL, 10) : -1;
}

static bool tell(const char *path, const char *text)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool done;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	done = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && send(fd, text, strlen(text), MSG_NOSIGNAL) > 0;
	close(fd);
	return done;
}

/* Rejects the call that this request is of; there is none where a signal has asked, or an older program. */
void agent_refuse(const char *record, const char *request, const char *reason)
{
	long call = number_in(request, "\"call\":");
	char *text = copyf(MESSAGE, call, reason);
	char *child = copyf("%s/%ld.sock", record, number_in(request, "\"asker\":"));
	char *program = copyf("%s/app.sock", record);

	if (call >= 0 && !tell(child, text))
		tell(program, text);
	free(text);
	free(child);
	free(program);
}

/* Handles the end of a child of the parent's. */
void agent_ended(pid_t ended, int status, const char *record)
{
	char *reason;

	if (ended != last || status == 0)
		return;
	reason = WIFSIGNALED(status) ? copyf("was ended by signal %d", WTERMSIG(status))
				     : copyf("ended with exit code %d", WEXITSTATUS(status));
	agent_refuse(record, last_request, reason);
	free(reason);
}
