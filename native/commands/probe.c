#define _GNU_SOURCE
#include "commands/probe.h"
#include "base/file.h"
#include "base/list.h"
#include "supervisor/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

/* probe [FILE]: tries what a checkpoint and a restore ask of the kernel, harmlessly, and prints a line `name errno` for
 * each, 0 where it worked. `crac doctor` reads it (src/command/doctor/probe.ts). A step that cannot be reached has no line. */

#define SUSPEND_SECCOMP (1 << 21) /* PTRACE_O_SUSPEND_SECCOMP, which glibc does not name */

static bool tell(const char *name, long result)
{
	dprintf(STDOUT_FILENO, "%s %d\n", name, result < 0 ? errno : 0);
	return result >= 0;
}

/* Prints a step that is tried with arguments that the kernel refuses by itself: that error says that the call came
 * through. */
static void tell_refused(const char *name, long result, int expected)
{
	if (result < 0 && errno == expected)
		result = 0;
	tell(name, result);
}

static void wait_for(pid_t child)
{
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

static void trace(const char *name, long options)
{
	pid_t child = fork();

	if (child == 0)
		for (;;)
			pause();
	if (child < 0)
		return;
	tell(name, ptrace(PTRACE_SEIZE, child, NULL, options));
	kill(child, SIGKILL);
	wait_for(child);
}

static void pipe_pages(void)
{
	struct iovec part = { "x", 1 };
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == 0)
		tell("vmsplice", syscall(SYS_vmsplice, ends[1], &part, 1UL, 0));
}

static void system_calls(enum namespace_mode mode)
{
	tell_refused("clone3", syscall(SYS_clone3, NULL, 0UL), EINVAL);
	tell_refused("io_uring_setup", syscall(SYS_io_uring_setup, 1, NULL), EFAULT);
	tell("unshare", unshare(0));
	tell_refused("setns", setns(-1, 0), EBADF);
	tell("kcmp", syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILE, 1, 1));
	if (mode == MODE_ROOT) { /* users are refused these anyway */
		tell("chroot", chroot("/"));
		tell_refused("move_mount", syscall(SYS_move_mount, -1, "", -1, "", ~0U), EINVAL);
	}
	pipe_pages();
	trace("ptrace", 0);
	trace("suspend-seccomp", SUSPEND_SECCOMP);
}

/* Tries a PID of one's own choice, by either of the ways that the engine has. */
static void choose_pid(void)
{
	pid_t wanted = 200, child;
	struct clone_args arguments = { .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&wanted, .set_tid_size = 1 };
	int fd;

	child = syscall(SYS_clone3, &arguments, sizeof(arguments));
	if (child == 0)
		_exit(0);
	tell("clone3-set-tid", child);
	if (child > 0)
		wait_for(child);
	fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
	tell("ns-last-pid", fd < 0 ? fd : write(fd, "300", 3));
}

/* Tries what PID 1 of new namespaces does, as init of a program (native/supervisor/init.c); they end with this process. */
static void inside(void)
{
	if (!tell("private-mounts", mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL)))
		return;
	if (!tell("mount-proc", mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)))
		return;
	choose_pid();
	tell("time-namespace", unshare(CLONE_NEWTIME));
}

/* Does what enter_new_user_namespace does, told step by step. */
static bool user_namespace(void)
{
	char *uid = copyf("%d %d 1\n", (int)geteuid(), (int)geteuid());
	char *gid = copyf("%d %d 1\n", (int)getegid(), (int)getegid());
	bool done = tell("user-namespace", unshare(CLONE_NEWUSER));

	if (done) {
		write_text("/proc/self/setgroups", "deny"); /* refused where it is denied already; the next line tells */
		done = tell("user-mapping", write_text("/proc/self/uid_map", uid) < 0 ? -1 : write_text("/proc/self/gid_map", gid));
	}
	free(uid);
	free(gid);
	return done;
}

/* Takes the steps of the launcher, in its order and in the way that it would take. */
static void namespaces(enum namespace_mode mode)
{
	pid_t child;

	if (mode == MODE_USER && !user_namespace())
		return;
	if (!tell("namespaces", unshare(CLONE_NEWNS | CLONE_NEWPID)))
		return;
	child = fork();
	if (child == 0) {
		inside();
		_exit(0);
	}
	if (child > 0)
		wait_for(child);
}

/* Prints a file's capabilities, which the kernel keeps as little-endian words: permitted, inheritable, permitted,
 * inheritable, after a header. */
static void file_capabilities(const char *path)
{
	unsigned words[6] = { 0 };

	if (getxattr(path, "security.capability", words, sizeof(words)) >= 20)
		dprintf(STDOUT_FILENO, "file-capabilities %llu\n", words[1] | (unsigned long long)words[3] << 32);
}

int probe_main(int argc, char **argv)
{
	enum namespace_mode mode = namespace_mode();

	if (argc > 1)
		file_capabilities(argv[1]);
	dprintf(STDOUT_FILENO, "mode %s\n", mode == MODE_ROOT ? "root" : "user");
	system_calls(mode);
	namespaces(mode);
	return 0;
}
