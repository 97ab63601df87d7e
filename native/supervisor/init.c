#define _GNU_SOURCE
#include "crac.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* PID 1 of the program's namespace, and not part of the image: it reaps orphans, passes signals on and tells
 * the parent how the program ended. (Node as PID 1 would ignore SIGTERM and reap nothing.) */

static int control_fd;

static void tell(int kind, int value)
{
	struct message message = { kind, value };

	if (send(control_fd, &message, sizeof(message), MSG_NOSIGNAL) < 0 && errno == EPIPE)
		_exit(0); /* the parent is gone */
}

static pid_t start_program(struct job *job)
{
	pid_t pid = fork_program(job->min_pid);

	if (pid != 0)
		return pid;
	unblock_signals();
	mark_program(); /* tells the program's own preload from that of its children */
	setsid(); /* CRIU dumps only a session leader without --shell-job */
	stdio_reopen_inside();
	close_range(3, ~0U, 0);
	execvp(job->program.items[0], job->program.items);
	say("cannot run %s: %s", job->program.items[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static pid_t start_engine(struct job *job)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	unblock_signals();
	if (job->mode == MODE_USER) {
		/* CRIU keeps its kernel-feature cache there; a record's own directory where there is none for this boot. */
		setenv("XDG_RUNTIME_DIR", job->kdat ? dirname(strdup(job->kdat)) : job->record, 1);
		keep_engine_capabilities();
	}
	if (job->stand_ins)
		setenv("LD_PRELOAD", job->stand_ins, 1);
	execv(job->engine.items[0], job->engine.items);
	say("cannot run the engine %s: %s; see `crac engine`", job->engine.items[0], strerror(errno));
	_exit(127);
}

/* CRIU probes the kernel for some 25 ms at each start unless it finds its cache at this fixed place. There the file
 * may vanish before it is mounted over: another CRIU takes the empty one for a stale cache and removes it. */
static void show_kdat(const char *kdat)
{
	for (int tries = 0; kdat && tries < 20; tries++) {
		int fd = open("/run/criu.kdat", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);

		if (fd < 0)
			return;
		close(fd);
		if (mount(kdat, "/run/criu.kdat", NULL, MS_BIND, NULL) == 0)
			return;
		if (errno != ENOENT) {
			say("warning: cannot show %s to the engine: %s", kdat, strerror(errno));
			return;
		}
	}
}

/* Only this mount namespace sees it, and only while the engine reads it. */
static void show_moved_files(struct job *job)
{
	if (!job->moved_files || mount(job->moved_files, image_path(&job->image, "files.img"), NULL, MS_BIND, NULL) == 0)
		return;
	say("cannot mount %s over %s/files.img: %s; restore without --listen", job->moved_files, job->image.path, strerror(errno));
	tell(MESSAGE_FAILED, CRAC_EXIT_NAMESPACE);
	_exit(1);
}

static void hide_moved_files(struct job *job)
{
	if (job->moved_files && (umount2(image_path(&job->image, "files.img"), MNT_DETACH) < 0 || unlink(job->moved_files) < 0))
		say("warning: cannot take back %s: %s", job->moved_files, strerror(errno));
}

/* For the engine, by a descriptor of its own that it finds open; not a number that it has under another name. */
static void name_image(struct job *job)
{
	int fd = fcntl(job->image.fd, F_DUPFD, 200);

	if (fd < 0) {
		say("cannot hand %s to the engine: %s", job->image.path, strerror(errno));
		tell(MESSAGE_FAILED, CRAC_EXIT_ENGINE);
		_exit(1);
	}
	list_add(&job->engine, "-D");
	list_addf(&job->engine, "/proc/self/fd/%d", fd);
}

/* Ends with the program; what else runs in the namespace ends with it. */
static _Noreturn void ended(int status)
{
	tell(MESSAGE_ENDED, status);
	_exit(0);
}

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

/* The agent was killed in the middle of a checkpoint: its engine may have left every process stopped. In `mailboxes`
 * of the record it has noted the members of the program that stand still with it, a PID and a descriptor a line. */
static void wake(const char *record, pid_t program, int mailbox)
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

/* What comes before the program runs waits for it. */
static sigset_t early;

static void pass_early(pid_t program)
{
	for (int number = 1; number < NSIG; number++)
		if (sigismember(&early, number) == 1)
			kill(program, number);
	sigemptyset(&early);
}

static void pass_signal(const char *record, int control, pid_t program)
{
	struct message message;
	ssize_t got = recv(control, &message, sizeof(message), 0);

	if (got == 0)
		_exit(0);
	if (got != (ssize_t)sizeof(message))
		return;
	if (message.kind == MESSAGE_SIGNAL && program > 0)
		kill(program, message.value);
	if (message.kind == MESSAGE_SIGNAL && program <= 0)
		sigaddset(&early, message.value);
	if (message.kind == MESSAGE_WAKE && program > 0)
		wake(record, program, message.value);
}

void init_run(struct job *job, int control)
{
	bool restoring = job->engine.count > 0, restored = false, over = false;
	time_t since = time(NULL);
	int end = 0;
	pid_t first, program;
	sigset_t signals;
	int child_fd;

	control_fd = control;
	network_leave(&job->network);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "crac-init");
	tell(MESSAGE_READY, 0);
	namespaces_inside(true);
	own_files_show(job);
	mark_show(job, restoring ? job->root_pid : 0);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	child_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (restoring) {
		if (job->mode == MODE_USER)
			set_time_offsets(job->time_offsets);
		else
			show_kdat(job->kdat);
		show_moved_files(job);
		if (!page_file_hand(job)) {
			tell(MESSAGE_FAILED, CRAC_EXIT_IMAGE);
			_exit(1);
		}
		name_image(job);
		first = start_engine(job);
		program = job->root_pid;
	} else {
		first = program = start_program(job);
		network_open(&job->network);
		tell(MESSAGE_STARTED, program);
	}
	if (first < 0) {
		say("cannot make a process: %s", strerror(errno));
		tell(MESSAGE_FAILED, CRAC_EXIT_ENGINE);
		_exit(1);
	}
	for (;;) {
		struct pollfd polled[2] = { { child_fd, POLLIN, 0 }, { control, POLLIN, 0 } };
		struct signalfd_siginfo info;
		int status;
		pid_t pid;

		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			_exit(1);
		if (polled[1].revents)
			pass_signal(job->record, control, restoring && !restored ? -1 : program);
		while (read(child_fd, &info, sizeof(info)) > 0)
			;
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
			if (restoring && pid == first) {
				if (WIFEXITED(status) && WEXITSTATUS(status) != 0 && image_still_whole(job->conf) &&
				    may_try_again(job, since)) {
					over = false;
					since = time(NULL);
					first = start_engine(job);
					continue;
				}
				if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
					tell(MESSAGE_FAILED, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
					_exit(1);
				}
				if (!image_still_whole(job->conf)) {
					tell(MESSAGE_FAILED, CRAC_EXIT_IMAGE);
					_exit(1);
				}
				restored = true;
				/* In this order: a signal that the program answers to is never taken for one that came before it. */
				tell(MESSAGE_STARTED, program);
				draw_next_pid();
				payload_release(job->mailbox);
				network_open(&job->network);
				pass_early(program);
				hide_moved_files(job);
				if (over)
					ended(end);
			} else if (pid == program && restoring && !restored) {
				/* Half restored, or done already: the engine, which is about to end, knows which. */
				over = true;
				end = status;
			} else if (pid == program) {
				ended(status);
			}
		}
	}
}
