#define _GNU_SOURCE
#include "crac.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The parent: stands outside the program's namespaces, passes signals on, serves the broker's socket, and ends
 * as the program ended. When it is killed, init and with it the whole namespace end too. */

static const int forwarded[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGQUIT };

static int end_of_init(const struct job *job, pid_t init)
{
	int status;

	if (job->network.count > 0)
		return relay_until_ended(&job->network, init);
	while (waitpid(init, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static pid_t start_init(struct job *job, int pair[2])
{
	bool restoring = job->engine.count > 0;
	char *back = NULL;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		die(CRAC_EXIT_ENGINE, "cannot make a socket pair: %s", strerror(errno));
	/* Through an intermediate process only the program's branch enters the namespaces; the parent stays out. */
	pid = fork();
	if (pid < 0)
		die(CRAC_EXIT_ENGINE, "cannot make a process: %s", strerror(errno));
	if (pid > 0) {
		close(pair[1]);
		network_leave(&job->network);
		return pid;
	}
	close(pair[0]);
	reach_begin(&job->network);
	if (job->mode == MODE_USER)
		enter_new_user_namespace(job->uid, job->gid);
	if (restoring)
		image_leave(&job->image, &back);
	if (unshare(CLONE_NEWNS | CLONE_NEWPID) < 0)
		die(CRAC_EXIT_NAMESPACE,
		    "cannot make a PID namespace: %s; this needs CAP_SYS_ADMIN, or user namespaces for an ordinary user",
		    strerror(errno));
	if (restoring)
		image_enter(&job->image, back);
	network_enter(&job->network);
	reach_listen(&job->network);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "crac-outer");
	pid = fork();
	if (pid < 0)
		die(CRAC_EXIT_ENGINE, "cannot make a process: %s", strerror(errno));
	if (pid == 0) {
		init_run(job, pair[1]);
	} else {
		struct message message = { MESSAGE_READY, pid };
		int status;

		/* The PID of init as the outside sees it. */
		send(pair[1], &message, sizeof(message), MSG_NOSIGNAL);
		close(pair[1]);
		status = end_of_init(job, pid);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	}
}

_Noreturn void end_by_signal(int number)
{
	struct rlimit none = { 0, 0 };
	sigset_t all;

	setrlimit(RLIMIT_CORE, &none); /* the program has written its own core, if any */
	signal(number, SIG_DFL);
	sigfillset(&all);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	_exit(128 + number);
}

static _Noreturn void end_as(int status)
{
	if (WIFSIGNALED(status))
		end_by_signal(WTERMSIG(status));
	exit(WEXITSTATUS(status));
}

static bool ends_a_restore(int number)
{
	return number == SIGTERM || number == SIGINT || number == SIGHUP || number == SIGQUIT;
}

static void note_number(const char *record, const char *name, int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	write_file(record, name, text);
}

struct heard {
	bool started, ended;
	int end_status, failed;
};

static void hear(struct job *job, int control, struct heard *heard)
{
	struct message message;

	while (recv(control, &message, sizeof(message), MSG_DONTWAIT) == sizeof(message)) {
		if (message.kind == MESSAGE_READY && message.value > 0) {
			job->init = message.value;
			note_number(job->record, "init", message.value);
		}
		if (message.kind == MESSAGE_STARTED) {
			note_number(job->record, "program", message.value);
			heard->started = true;
			if (job->started)
				job->started(job);
		}
		if (message.kind == MESSAGE_ENDED) {
			heard->ended = true;
			heard->end_status = message.value;
		}
		if (message.kind == MESSAGE_FAILED)
			heard->failed = message.value;
	}
}

/* Returns only when the program could not be started or restored, with the code of that failure. */
int supervise(struct job *job)
{
	int pair[2], listener, signal_fd, outer_status = 0;
	bool checkpointed = false, stop = false, timed_out = false, init_gone = false;
	struct heard heard = { 0 };
	char *waits_for = NULL;
	sigset_t signals;
	pid_t outer;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(*forwarded); i++) {
		signal(forwarded[i], SIG_DFL);
		sigaddset(&signals, forwarded[i]);
	}
	if (job->checkpoint_signal)
		sigaddset(&signals, job->checkpoint_signal);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &signals, NULL);
	signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	listener = broker_listen(job->record);
	outer = start_init(job, pair);
	while (!stop) {
		struct pollfd polled[4] = { { signal_fd, POLLIN, 0 }, { init_gone ? -1 : pair[0], POLLIN, 0 },
					    { listener, POLLIN, 0 },
					    { broker_held(), POLLIN, 0 } };
		struct signalfd_siginfo info;
		struct message message;
		int status;
		pid_t pid;

		if (poll(polled, 4, heard.started ? -1 : deadline_left()) == 0 && !heard.started) {
			/* A failing restorer can hang for ever; init takes everything inside with it. */
			timed_out = true;
			waits_for = lock_waited_for(job->init);
			kill(outer, SIGKILL);
			waitpid(outer, &outer_status, 0);
			break;
		}
		hear(job, pair[0], &heard);
		init_gone |= polled[1].revents & POLLHUP; /* its end is told by SIGCHLD; poll would return at once until then */
		while (read(signal_fd, &info, sizeof(info)) == sizeof(info)) {
			message = (struct message){ MESSAGE_SIGNAL, info.ssi_signo };
			if ((int)info.ssi_signo == job->checkpoint_signal)
				agent_start(job, "{\"by\":\"signal\"}");
			else if (job->engine.count > 0 && !heard.started && ends_a_restore(info.ssi_signo)) {
				job->interrupted = info.ssi_signo; /* there is no program yet that could hear it */
				kill(outer, SIGKILL);
			} else if (info.ssi_signo != SIGCHLD)
				send(pair[0], &message, sizeof(message), MSG_NOSIGNAL | MSG_DONTWAIT);
		}
		if (polled[3].revents)
			broker_hold_ended(pair[0]);
		if (polled[2].revents & POLLIN)
			broker_serve(listener, job, &checkpointed);
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == outer) {
				outer_status = status;
				stop = true;
			}
	}
	hear(job, pair[0], &heard);
	pump_finish(heard.started ? -1 : 2000);
	stdio_after_program();
	if (job->log && !heard.ended)
		job->log_text = restore_logs(job);
	if (waits_for)
		job->log_text = copyf("%s%s", waits_for, job->log_text ? job->log_text : "");
	remove_directory(job->record);
	if (checkpointed)
		exit(0);
	if (heard.ended)
		end_as(heard.end_status);
	if (timed_out)
		return CRAC_EXIT_TIMEOUT;
	if (heard.failed)
		return heard.failed;
	return WIFEXITED(outer_status) && WEXITSTATUS(outer_status) ? WEXITSTATUS(outer_status) : 128 + SIGKILL;
}
