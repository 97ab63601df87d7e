#define _GNU_SOURCE
#include "supervisor/streams.h"
#include "base/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define KCMP_FILE 0

static bool same_description(int a, int b)
{
	return syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILE, a, b) == 0;
}

/* The caller's shell, or another program of its, may write to the same file meanwhile. Under node all share one
 * position; of two descriptions each has its own, and one would overwrite what the other has written. Where both write
 * at the end, wherever that is, nothing is lost. The caller's stays so: others that it has started may still write. */
static int write_at_end(int fd, int flags, off_t position, const struct stat *status)
{
	if ((flags & O_ACCMODE) == O_RDONLY || !S_ISREG(status->st_mode) || position < status->st_size ||
	    fcntl(fd, F_SETFL, flags | O_APPEND) < 0)
		return flags;
	return flags | O_APPEND;
}

/* Opens a stream anew, with the same flags and position. A terminal, /dev/null or a file that was opened outside
 * belongs to a mount that CRIU cannot see from inside ("Can't lookup mount"). The program itself gets placeholders at
 * the checkpoint, but children that inherited these descriptors do not. */
static void reopen(int fd)
{
	char link[64], path[4096];
	struct stat status;
	int flags = fcntl(fd, F_GETFL), opened;
	off_t position;
	ssize_t length;

	if (flags < 0 || fstat(fd, &status) < 0 || (!S_ISCHR(status.st_mode) && !S_ISREG(status.st_mode)))
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (length <= 0)
		return;
	path[length] = '\0';
	if (path[0] != '/' || strstr(path, " (deleted)"))
		return;
	position = S_ISREG(status.st_mode) ? lseek(fd, 0, SEEK_CUR) : -1;
	flags = write_at_end(fd, flags, position, &status);
	opened = open(path, (flags & (O_ACCMODE | O_APPEND | O_NONBLOCK)) | O_NOCTTY | O_CLOEXEC);
	if (opened < 0)
		return;
	if (position > 0)
		lseek(opened, position, SEEK_SET);
	dup2(opened, fd);
	close(opened);
}

/* Makes 0, 1 and 2 belong to this mount namespace; `2>&1` stays one description. */
void streams_reopen_inside(void)
{
	bool two_is_one = same_description(1, 2), one_is_zero = same_description(0, 1);

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			die(CRAC_EXIT_ENGINE, "cannot open /dev/null: %s", strerror(errno));
	reopen(0);
	if (one_is_zero)
		dup2(0, 1);
	else
		reopen(1);
	if (two_is_one)
		dup2(1, 2);
	else
		reopen(2);
}

static int were[3] = { -1, -1, -1 }; /* flags of the caller's streams */

/* Notes how the caller's streams are, before the program has them. */
void streams_before_program(void)
{
	for (int fd = 0; fd < 3; fd++)
		were[fd] = fcntl(fd, F_GETFL);
}

/* Makes a stream non-blocking, as libuv had made the one at the checkpoint: the program reads this pipe or socket until
 * there is nothing left, and must not wait there. */
void stream_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat status;

	if (flags >= 0 && fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)))
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* Lets a stream wait, or not, as before the program. Its description is the caller's as well, and Node puts this back
 * only at the end of a program that it has started, and that ends by itself. */
static void give_back(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0 && were[fd] >= 0 && ((flags ^ were[fd]) & O_NONBLOCK))
		fcntl(fd, F_SETFL, (flags & ~O_NONBLOCK) | (were[fd] & O_NONBLOCK));
}

/* Moves the caller's own position in a file that was opened anew, which does not move with the program's: what the
 * caller's shell writes next would overwrite the program's output. */
void streams_after_program(void)
{
	for (int fd = 0; fd < 3; fd++)
		give_back(fd);
	for (int fd = 1; fd < 3; fd++) {
		int flags = fcntl(fd, F_GETFL);
		struct stat status;

		if (flags >= 0 && !(flags & O_APPEND) && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
		    lseek(fd, 0, SEEK_CUR) < status.st_size)
			lseek(fd, 0, SEEK_END);
	}
}
