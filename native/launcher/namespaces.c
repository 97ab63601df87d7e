#define _GNU_SOURCE
#include "crac.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), saved;
	ssize_t wrote;

	if (fd < 0)
		return -1;
	wrote = write(fd, text, strlen(text));
	saved = errno;
	close(fd);
	errno = saved;
	return wrote < 0 ? -1 : 0;
}

/* An ordinary user becomes root of a namespace of its own: the engine then needs no capability outside. */
void enter_new_user_namespace(void)
{
	char *uid = copyf("0 %d 1\n", (int)geteuid()), *gid = copyf("0 %d 1\n", (int)getegid());

	if (unshare(CLONE_NEWUSER) < 0)
		die(CRAC_EXIT_NAMESPACE,
		    "cannot make a user namespace: %s. This kernel or container forbids it to ordinary users; allow it with\n"
		    "  sysctl -w user.max_user_namespaces=15000\n"
		    "  sysctl -w kernel.unprivileged_userns_clone=1            (Debian's setting, where it exists)\n"
		    "  sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu's setting, where it exists)\n"
		    "or run crac as root",
		    strerror(errno));
	if (write_text("/proc/self/setgroups", "deny") < 0 && errno != ENOENT)
		die(CRAC_EXIT_NAMESPACE, "cannot write /proc/self/setgroups: %s", strerror(errno));
	if (write_text("/proc/self/uid_map", uid) < 0 || write_text("/proc/self/gid_map", gid) < 0)
		die(CRAC_EXIT_NAMESPACE, "cannot map the user into its namespace: %s", strerror(errno));
	free(uid);
	free(gid);
}

/* Called by PID 1 of the new namespaces: /proc must show this PID namespace. */
void namespaces_inside(bool mount_proc)
{
	if (mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0)
		die(CRAC_EXIT_NAMESPACE, "cannot make the mounts private: %s", strerror(errno));
	if (mount_proc && mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		die(CRAC_EXIT_NAMESPACE,
		    "cannot mount /proc for the new PID namespace: %s. In a container whose /proc is masked, allow it with\n"
		    "  docker run --security-opt systempaths=unconfined …   (podman: --security-opt unmask=ALL)",
		    strerror(errno));
}

/* The next process made here gets a PID above `last`: room below for the engine at restore. */
void set_last_pid(int last)
{
	char *text = copyf("%d", last);

	if (last > 0 && write_text("/proc/sys/kernel/ns_last_pid", text) < 0) {
		/* Without the file, PIDs are passed by making short-lived processes. */
		for (int i = 0; i < last; i++) {
			pid_t pid = fork();

			if (pid == 0)
				_exit(0);
			if (pid < 0 || (waitpid(pid, NULL, 0) == pid && pid >= last))
				break;
		}
	}
	free(text);
}

static void one_offset(FILE *file, int clock, long long seconds, long nanoseconds)
{
	struct timespec now;

	clock_gettime(clock, &now);
	seconds -= now.tv_sec;
	nanoseconds -= now.tv_nsec;
	if (nanoseconds < 0) {
		nanoseconds += 1000000000L;
		seconds--;
	}
	fprintf(file, "%d %lld %ld\n", clock, seconds, nanoseconds);
}

/* CRIU run with --unprivileged makes no time namespace; without one a monotonic clock behind the
 * program's start aborts Node, so it is made here with offsets that let the image's clocks go on. */
void set_time_offsets(const char *offsets)
{
	long long monotonic, boot;
	long monotonic_ns, boot_ns;
	FILE *file;

	if (!offsets || sscanf(offsets, "%lld %ld %lld %ld", &monotonic, &monotonic_ns, &boot, &boot_ns) != 4)
		return;
	if (unshare(CLONE_NEWTIME) < 0) {
		say("warning: no time namespace (%s): the program's monotonic clock may jump", strerror(errno));
		return;
	}
	file = fopen("/proc/self/timens_offsets", "we");
	if (!file) {
		say("warning: cannot set the clock offsets: %s", strerror(errno));
		return;
	}
	one_offset(file, CLOCK_MONOTONIC, monotonic, monotonic_ns);
	one_offset(file, CLOCK_BOOTTIME, boot, boot_ns);
	if (fclose(file) != 0)
		say("warning: cannot set the clock offsets: %s", strerror(errno));
}
