#define _GNU_SOURCE
#include "supervisor/intermediate.h"
#include "base/record.h"
#include "base/say.h"
#include "network/reach.h"
#include "network/relay.h"
#include "supervisor/namespace-errors.h"
#include "supervisor/init.h"
#include "supervisor/messages.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The process between the parent and init, `crac-outer`: it enters the new namespaces, so that the parent stays out of
 * them, forks init, and carries connections from outside while that lives. */

static int end_of_init(const struct network *network, pid_t init)
{
	int status;

	if (network->count > 0)
		return relay_until_ended(network, init);
	while (waitpid(init, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void enter_namespaces(struct inside *inside)
{
	reach_begin(inside->network);
	if (inside->namespaces.mode == MODE_USER)
		enter_new_user_namespace(inside->namespaces.uid, inside->namespaces.gid);
	if (inside->leave)
		inside->leave(inside->context);
	if (unshare(CLONE_NEWNS | CLONE_NEWPID) < 0)
		die_no_pid_namespace(errno);
	if (inside->enter)
		inside->enter(inside->context);
	network_enter(inside->network);
	reach_listen(inside->network);
}

static _Noreturn void intermediate_run(struct inside *inside, int control)
{
	struct message message = { .kind = MESSAGE_READY };
	int status;
	pid_t pid;

	/* The parent's last acts are not for the processes below, whose PIDs may be the same inside. */
	last_acts = (struct last_acts){ 0 };
	record_disown();
	if (inside->refusals)
		say_to = inside->refusals;
	enter_namespaces(inside);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "crac-outer");
	pid = fork();
	if (pid < 0)
		die(CRAC_EXIT_ENGINE, NO_PROCESS, strerror(errno));
	if (pid == 0)
		init_run(inside, control);
	say_to = STDERR_FILENO;
	message.value = pid; /* as the outside sees init */
	send(control, &message, sizeof(message), MSG_NOSIGNAL);
	close(control);
	status = end_of_init(inside->network, pid);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Starts the process. Returns its PID, and in *control the parent's end of what init tells and hears (messages.h). */
pid_t intermediate_start(struct inside *inside, int *control)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		die(CRAC_EXIT_ENGINE, "cannot make a socket pair: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		die(CRAC_EXIT_ENGINE, NO_PROCESS, strerror(errno));
	if (pid == 0) {
		close(pair[0]);
		intermediate_run(inside, pair[1]);
	}
	close(pair[1]);
	network_leave(inside->network);
	*control = pair[0];
	return pid;
}
