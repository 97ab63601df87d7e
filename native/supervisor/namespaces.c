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

int write_text(const char *path, const char *text)
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

/* One user and one group, known by the numbers that the image has: the program goes on seeing its own uid, and an
 * image can be restored by another user. Supplementary groups stay the caller's and cannot be changed inside. */
void enter_new_user_namespace(uid_t uid_inside, gid_t gid_inside)
{
	char *uid = copyf("%d %d 1\n", (int)uid_inside, (int)geteuid());
	char *gid = copyf("%d %d 1\n", (int)gid_inside, (int)getegid());
	bool was_root = geteuid() == 0;

	if (unshare(CLONE_NEWUSER) < 0)
		die_no_user_namespace(errno);
	if ((write_text("/proc/self/setgroups", "deny") < 0 && errno != ENOENT) || write_text("/proc/self/uid_map", uid) < 0 ||
	    write_text("/proc/self/gid_map", gid) < 0)
		die_no_mapping(errno, was_root);
	free(uid);
	free(gid);
}

/* Called by PID 1 of the new namespaces: /proc must show this PID namespace. */
void namespaces_inside(bool mount_proc)
{
	if (mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0)
		die_no_mount("make the mounts private", errno);
	if (mount_proc && mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		die_no_mount("mount /proc for the new PID namespace", errno);
}

static pid_t process_that_ends(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	return pid;
}

/* PIDs are counted upwards: processes that end at once are made until one has reached the number. */
static bool pass_pids(int last)
{
	for (int made = 0; made < last; made++) {
		pid_t pid = process_that_ends();

		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			return false;
		if (pid >= last)
			return true;
	}
	return false;
}

/* The next process made here gets a PID above `last`: room below for the engine at restore. */
void set_last_pid(int last)
{
	char *text = copyf("%d", last);

	if (last <= 0 || write_text("/proc/sys/kernel/ns_last_pid", text) == 0) {
		free(text);
		return;
	}
	free(text);
	/* EINVAL: above kernel.pid_max, where counting does not lead either. Else it is read-only or not there. */
	if (errno == EINVAL)
		say("warning: PIDs above %d cannot be had: see `sysctl kernel.pid_max`, and give a lower --min-pid", last);
	else if (!pass_pids(last))
		say("warning: PIDs could not be raised above %d, so a restore may find them taken: %s", last, strerror(errno));
}

/* What a clock of this process's time namespace is ahead of the machine's: a program that is itself in a time
 * namespace (a restored one) may restore another, and offsets are always told against the machine's clock. */
static struct timespec own_offset(const char *offsets, const char *clock)
{
	const char *line = offsets ? strstr(offsets, clock) : NULL;
	struct timespec offset = { 0 };
	long long seconds;
	long nanoseconds;

	if (line && sscanf(line + strlen(clock), "%lld %ld", &seconds, &nanoseconds) == 2)
		offset = (struct timespec){ seconds, nanoseconds };
	return offset;
}

static void one_offset(FILE *file, int clock, struct timespec own, long long seconds, long nanoseconds)
{
	struct timespec now;

	clock_gettime(clock, &now);
	seconds += own.tv_sec - now.tv_sec;
	nanoseconds += own.tv_nsec - now.tv_nsec;
	for (; nanoseconds < 0; nanoseconds += 1000000000L)
		seconds--;
	for (; nanoseconds >= 1000000000L; nanoseconds -= 1000000000L)
		seconds++;
	fprintf(file, "%d %lld %ld\n", clock, seconds, nanoseconds);
}

/* CRIU run with --unprivileged makes no time namespace; without one a monotonic clock behind the
 * program's start aborts Node, so it is made here with offsets that let the image's clocks go on. */
void set_time_offsets(const char *offsets)
{
	long long monotonic, boot;
	long monotonic_ns, boot_ns;
	char *before;
	FILE *file;

	if (!offsets || sscanf(offsets, "%lld %ld %lld %ld", &monotonic, &monotonic_ns, &boot, &boot_ns) != 4)
		return;
	if (unshare(CLONE_NEWTIME) < 0) {
		say("warning: no time namespace (%s): the program's monotonic clock may jump", strerror(errno));
		return;
	}
	before = read_file("/proc/self/timens_offsets", NULL); /* the new namespace starts with the caller's */
	file = fopen("/proc/self/timens_offsets", "we");
	if (!file) {
		say("warning: cannot set the clock offsets: %s", strerror(errno));
		return;
	}
	setvbuf(file, NULL, _IOFBF, 4096); /* one write: the kernel takes both clocks or none */
	one_offset(file, CLOCK_MONOTONIC, own_offset(before, "monotonic"), monotonic, monotonic_ns);
	one_offset(file, CLOCK_BOOTTIME, own_offset(before, "boottime"), boot, boot_ns);
	if (fclose(file) != 0)
		say("warning: cannot set the clock offsets: %s", strerror(errno));
	free(before);
}
