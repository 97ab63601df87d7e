#define _GNU_SOURCE
#include "engines/criu/kdat.h"
#include "base/close-range.h"
#include "base/file.h"
#include "base/list.h"
#include "base/record.h"
#include "base/say.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* CRIU's cache of what the kernel can do, kept where CRIU itself would not: /run need not be a tmpfs.
 * `crac checkpoint` and `crac engine` make it too (src/command/engines/criu/install/kdat.ts, which writes the same two files). */

static char *key_of(const char *criu)
{
	char *boot = read_file("/proc/sys/kernel/random/boot_id", NULL), *key;
	struct stat status;

	if (!boot || stat(criu, &status) < 0)
		return NULL;
	boot[strcspn(boot, "\n")] = '\0';
	key = copyf("%s %s %lld %lld", boot, criu, (long long)status.st_size, (long long)status.st_mtime);
	free(boot);
	return key;
}

/* Returns the cache, if it is for this boot and this engine. */
const char *kdat_find(const char *criu)
{
	char *path = copyf("%s/criu.kdat", runtime_directory()), *note = copyf("%s.key", path);
	char *noted = read_file(note, NULL), *key = key_of(criu);

	if (!noted || !key || access(path, R_OK) < 0)
		return NULL;
	noted[strcspn(noted, "\n")] = '\0';
	return strcmp(key, noted) == 0 ? path : NULL;
}

/* Shows the cache; called by init. CRIU probes the kernel for some 25 ms at each start unless it finds its cache at
 * this fixed place. There the file may vanish before it is mounted over: another CRIU takes the empty one for a stale
 * cache and removes it. */
void kdat_show(const char *kdat)
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

static void probe(const char *criu)
{
	int null = open("/dev/null", O_RDWR), status;
	pid_t pid = fork();

	if (pid == 0) {
		for (int fd = 0; fd < 3; fd++)
			dup2(null, fd);
		alarm(20); /* the alarm goes on through the exec */
		execl(criu, criu, "check", (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
}

/* Copies aside and renames: a reader sees the whole file or the one before. */
static bool keep(const char *directory)
{
	size_t length = 0;
	char *content = read_file("/run/criu.kdat", &length), *path = copyf("%s/criu.kdat", directory);
	char *aside = copyf("%s.new", path);
	int fd = content ? open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	bool kept = fd >= 0 && length > 0 && write(fd, content, length) == (ssize_t)length && rename(aside, path) == 0;

	if (fd >= 0)
		close(fd);
	return kept;
}

/* Makes the cache for the next restores, in the background and beside the program; the first restore after a boot does. */
void kdat_warm(const char *criu)
{
	const char *runtime = runtime_directory();
	char *directory, *key;
	int fd;
	pid_t pid = fork();

	if (pid < 0)
		return;
	if (pid > 0) {
		waitpid(pid, NULL, 0);
		return;
	}
	setsid();
	if (fork() != 0)
		_exit(0);
	for (int i = 0; i < 3; i++) /* a reader of the caller's pipes waits for their end, not for this */
		close(i);
	open("/dev/null", O_RDWR);
	dup2(0, 1);
	dup2(0, 2);
	close_descriptors(3, ~0U);
	prctl(PR_SET_NAME, "crac-kdat");
	fd = open(runtime, O_RDONLY | O_DIRECTORY);
	key = key_of(criu);
	/* One of many makes it at a time. The runtime directory mostly lies in /run, which is hidden in a moment. */
	if (fd < 0 || !key || flock(fd, LOCK_EX | LOCK_NB) < 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) < 0 || mount("tmpfs", "/run", "tmpfs", 0, "mode=700") < 0)
		_exit(0);
	directory = copyf("/proc/self/fd/%d", fd);
	probe(criu);
	if (keep(directory))
		write_file(directory, "criu.kdat.key", key);
	_exit(0);
}
