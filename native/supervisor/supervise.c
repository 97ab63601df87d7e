#define _GNU_SOURCE
#include "supervisor/supervise.h"
#include "base/deadline.h"
#include "base/exit-codes.h"
#include "base/file.h"
#include "base/signals.h"
#include "supervisor/agent.h"
#include "supervisor/messages.h"
#include "supervisor/parent-socket.h"
#include "supervisor/pump.h"
#include "supervisor/streams.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The parent: stands outside the program's namespaces, passes signals on, serves the socket that the program and the
 * agent talk to, and ends as the program ended. When it is killed, init and with it the whole namespace end too. */

static const int forwarded[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGQUIT };

/* The parent's knowledge of the program, and what it has done to it. */
struct watch {
	pid_t child;
	int control;
	bool started, ended, checkpointed, timed_out, child_gone, control_gone;
	int end_status, failed, child_status;
};

/* Prepares, before anything is started: the children get these signals blocked, and the program asks at this socket. */
void supervise_begin(struct supervision *supervision)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(*forwarded); i++) {
		signal(forwarded[i], SIG_DFL);
		sigaddset(&signals, forwarded[i]);
	}
	if (supervision->checkpoint_signal)
		sigaddset(&signals, supervision->checkpoint_signal);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &signals, NULL);
	supervision->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	supervision->listener = parent_socket_listen(supervision->record);
}

static void note_number(const char *record, const char *name, int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	write_file(record, name, text);
}

static void hear_init(struct supervision *supervision, struct watch *watch)
{
	struct message message;

	while (recv(watch->control, &message, sizeof(message), MSG_DONTWAIT) == sizeof(message)) {
		if (message.kind == MESSAGE_READY && message.value > 0) {
			supervision->init = message.value;
			note_number(supervision->record, "init", message.value);
		}
		if (message.kind == MESSAGE_STARTED) {
			note_number(supervision->record, "program", message.value);
			watch->started = true;
			if (supervision->runs)
				supervision->runs(supervision->context);
		}
		if (message.kind == MESSAGE_ENDED) {
			watch->ended = true;
			watch->end_status = message.value;
		}
		if (message.kind == MESSAGE_FAILED)
			watch->failed = message.value;
	}
}

static bool ends_a_restore(int number)
{
	return number == SIGTERM || number == SIGINT || number == SIGHUP || number == SIGQUIT;
}

static void take_signal(struct supervision *supervision, const struct watch *watch, int number)
{
	struct message message = { MESSAGE_SIGNAL, number };

	if (number == SIGCHLD)
		return;
	if (number == supervision->checkpoint_signal) {
		agent_start(supervision->agent, supervision->record, ASKED_BY_SIGNAL);
	} else if (supervision->restores && !watch->started && ends_a_restore(number)) {
		supervision->interrupted = number; /* there is no program yet that could hear it */
		kill(watch->child, SIGKILL);
	} else {
		if (!watch->started && ends_a_restore(number))
			supervision->interrupted = number;
		send(watch->control, &message, sizeof(message), MSG_NOSIGNAL | MSG_DONTWAIT);
	}
}

/* Ends a restore that is late: a failing engine can hang for ever; init takes everything inside with it. */
static void end_late(struct supervision *supervision, struct watch *watch)
{
	watch->timed_out = true;
	if (supervision->late)
		supervision->late(supervision->context, supervision->init);
	kill(watch->child, SIGKILL);
	waitpid(watch->child, &watch->child_status, 0);
}

/* Watches until the child has ended, or was ended because the deadline is over. */
static void watch_child(struct supervision *supervision, struct watch *watch)
{
	while (!watch->child_gone) {
		struct pollfd polled[4] = { { supervision->signals, POLLIN, 0 },
					    { watch->control_gone ? -1 : watch->control, POLLIN, 0 },
					    { supervision->listener, POLLIN, 0 },
					    { parent_socket_held(), POLLIN, 0 } };
		struct signalfd_siginfo info;
		int status;
		pid_t pid;

		if (poll(polled, 4, watch->started ? -1 : deadline_left()) == 0 && !watch->started) {
			end_late(supervision, watch);
			return;
		}
		hear_init(supervision, watch);
		/* SIGCHLD tells of init's end; poll would return at once until then. */
		watch->control_gone |= (polled[1].revents & POLLHUP) != 0;
		while (read(supervision->signals, &info, sizeof(info)) == sizeof(info))
			take_signal(supervision, watch, info.ssi_signo);
		if (polled[3].revents)
			parent_socket_hold_ended(watch->control);
		if (polled[2].revents & POLLIN)
			parent_socket_serve(supervision->listener, supervision->agent, supervision->record, &watch->checkpointed);
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == watch->child) {
				watch->child_status = status;
				watch->child_gone = true;
			} else {
				agent_ended(pid, status, supervision->record);
			}
	}
}

static _Noreturn void end_as(int status)
{
	if (WIFSIGNALED(status))
		end_by_signal(WTERMSIG(status));
	exit(WEXITSTATUS(status));
}

/* Returns the exit code where there is no program. */
static int code_of(const struct watch *watch)
{
	if (watch->timed_out)
		return CRAC_EXIT_TIMEOUT;
	if (watch->failed)
		return watch->failed;
	return WIFEXITED(watch->child_status) && WEXITSTATUS(watch->child_status) ? WEXITSTATUS(watch->child_status) : 128 + SIGKILL;
}

/* Supervises: `child` is what was started, and `control` leads to init. Returns only when the program could not be
 * started or restored, with the code of that failure. */
int supervise(struct supervision *supervision, pid_t child, int control)
{
	struct watch watch = { .child = child, .control = control };

	watch_child(supervision, &watch);
	hear_init(supervision, &watch);
	pump_finish(watch.started ? -1 : 2000);
	streams_after_program();
	if (supervision->refused && !watch.started && code_of(&watch) == CRAC_EXIT_NAMESPACE)
		supervision->refused(supervision->context);
	if (supervision->failed && !watch.ended)
		supervision->failed(supervision->context);
	remove_directory(supervision->record);
	if (watch.checkpointed)
		exit(0);
	if (watch.ended)
		end_as(watch.end_status);
	return code_of(&watch);
}
