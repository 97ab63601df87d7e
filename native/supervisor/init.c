#define _GNU_SOURCE
#include "supervisor/init.h"
#include "base/say.h"
#include "base/signals.h"
#include "supervisor/first-pid.h"
#include "supervisor/messages.h"
#include "supervisor/wake.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* PID 1 of the program's namespace, and not part of the image: it reaps orphans, passes signals on and tells
 * the parent how the program ended. (Node as PID 1 would ignore SIGTERM and reap nothing.) */

static struct inside *inside;
static int control;
static pid_t engine;  /* 0 where the program was started directly */
static pid_t program;
static bool running;
static bool over;     /* the program has ended before the engine has; and how */
static int end;
static sigset_t early; /* signals that came before the program ran: they wait for it */

static void tell(int kind, int value)
{
	struct message message = { kind, value };

	if (send(control, &message, sizeof(message), MSG_NOSIGNAL) < 0 && errno == EPIPE)
		_exit(0); /* the parent is gone */
}

static _Noreturn void failed(int code)
{
	tell(MESSAGE_FAILED, code);
	_exit(1);
}

/* Ends with the program; what else runs in the namespace ends with it. */
static _Noreturn void ended(int status)
{
	tell(MESSAGE_ENDED, status);
	_exit(0);
}

static void pass_early(void)
{
	for (int number = 1; number < NSIG; number++)
		if (sigismember(&early, number) == 1)
			kill(program, number);
	sigemptyset(&early);
}

static void hear_parent(void)
{
	struct message message;
	ssize_t got = recv(control, &message, sizeof(message), 0);

	if (got == 0)
		_exit(0);
	if (got != (ssize_t)sizeof(message))
		return;
	if (message.kind == MESSAGE_SIGNAL && running)
		kill(program, message.value);
	if (message.kind == MESSAGE_SIGNAL && !running)
		sigaddset(&early, message.value);
	if (message.kind == MESSAGE_WAKE && running)
		wake_program(inside->record, program, message.value);
}

static _Noreturn void cannot_start(void)
{
	say(NO_PROCESS, strerror(errno));
	failed(CRAC_EXIT_ENGINE);
}

static void start(void)
{
	pid_t pid = inside->start(inside->context);

	if (pid < 0)
		cannot_start();
	if (inside->restores) {
		engine = pid;
		program = inside->program;
		return;
	}
	program = pid;
	running = true;
	network_open(inside->network);
	tell(MESSAGE_STARTED, program);
}

static void engine_ended(int status)
{
	int code = inside->ended(inside->context, status, &engine);

	if (code == STARTED_AGAIN && engine < 0)
		cannot_start();
	if (code == STARTED_AGAIN) {
		over = false;
		return;
	}
	if (code != PROGRAM_RUNS)
		failed(code);
	running = true;
	/* The order matters: a signal that the program answers to is never taken for one that came before it. */
	tell(MESSAGE_STARTED, program);
	draw_next_pid();
	inside->wake(inside->context);
	network_open(inside->network);
	pass_early();
	inside->tidy(inside->context);
	if (over)
		ended(end);
}

static void child_ended(pid_t pid, int status)
{
	if (pid == engine && !running) {
		engine_ended(status);
	} else if (pid == program && running) {
		ended(status);
	} else if (pid == program) {
		/* The program is half restored, or done already: the engine, which is about to end, knows which. */
		over = true;
		end = status;
	}
}

void init_run(struct inside *what, int parent)
{
	struct pollfd polled[2] = { { -1, POLLIN, 0 }, { parent, POLLIN, 0 } };
	struct signalfd_siginfo info;
	sigset_t signals;
	int status;
	pid_t pid;

	inside = what;
	control = parent;
	this_is_init();
	network_leave(inside->network);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "crac-init");
	tell(MESSAGE_READY, 0);
	namespaces_inside(true);
	if (inside->prepare)
		inside->prepare(inside->context);
	generation_show(&inside->generation, inside->record, inside->program);
	say_to = STDERR_FILENO;
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	polled[0].fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	start();
	for (;;) {
		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			_exit(1);
		if (polled[1].revents)
			hear_parent();
		while (read(polled[0].fd, &info, sizeof(info)) > 0)
			;
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			child_ended(pid, status);
	}
}
