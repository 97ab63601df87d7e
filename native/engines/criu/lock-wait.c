#define _GNU_SOURCE
#include "engines/criu/lock-wait.h"
#include "base/file.h"
#include "base/list.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* CRIU takes the program's file locks again and waits for them as long as it takes, without a word in its log. */

static bool same_namespace(int pid, int other)
{
	char *paths[2] = { copyf("/proc/%d/ns/pid", pid), copyf("/proc/%d/ns/pid", other) };
	char names[2][64] = { "", "" };
	bool read_both = true;

	for (int i = 0; i < 2; i++) {
		ssize_t length = readlink(paths[i], names[i], sizeof(names[i]) - 1);

		read_both = read_both && length > 0;
		free(paths[i]);
	}
	return read_both && strcmp(names[0], names[1]) == 0;
}

/* Returns the path under which a process has this file open. */
static char *path_of(int pid, unsigned major_number, unsigned minor_number, unsigned long inode)
{
	for (int fd = 0; fd < 1024; fd++) {
		char *link = copyf("/proc/%d/fd/%d", pid, fd), path[PATH_MAX];
		struct stat status;
		ssize_t length;

		if (stat(link, &status) == 0 && status.st_ino == inode && major(status.st_dev) == major_number &&
		    minor(status.st_dev) == minor_number && (length = readlink(link, path, sizeof(path) - 1)) > 0) {
			path[length] = '\0';
			free(link);
			return copyf("%s", path);
		}
		free(link);
	}
	return copyf("inode %lu", inode);
}

static char *name_of(int pid)
{
	char *path = copyf("/proc/%d/comm", pid), *name = read_file(path, NULL);

	free(path);
	if (name)
		name[strcspn(name, "\n")] = '\0';
	return name ? name : copyf("unknown");
}

/* Writes one line about the lock that a process beside PID `init` waits for, or NULL. The kernel lists a waiter, with
 * an arrow, below the one that has the lock. */
char *lock_waited_for(int init)
{
	char *text = read_file("/proc/locks", NULL), *rest = text, *line, *found = NULL;
	int holder = 0;

	while (!found && rest && (line = strsep(&rest, "\n"))) {
		unsigned major_number, minor_number;
		unsigned long inode;
		char *arrow = strstr(line, "-> ");
		int pid;

		if (sscanf(arrow ? arrow + 3 : line + strcspn(line, " "), "%*s %*s %*s %d %x:%x:%lu", &pid, &major_number,
			   &minor_number, &inode) != 4)
			continue;
		if (!arrow)
			holder = pid;
		else if (holder > 0 && same_namespace(pid, init)) {
			char *path = path_of(pid, major_number, minor_number, inode), *name = name_of(holder);

			found = copyf("the engine waits for a lock on %s that process %d (%s) holds\n", path, holder, name);
			free(path);
			free(name);
		}
	}
	free(text);
	return found;
}
