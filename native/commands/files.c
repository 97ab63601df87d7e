#define _GNU_SOURCE
#include "commands/files.h"
#include "base/say.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The exit code for what this kernel or this file system does not know: the caller has another way
 * (src/command/image/native-files.ts). */
#define CANNOT 3

static int failed(const char *what)
{
	bool unknown = errno == ENOSYS || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOTTY;

	fprintf(stderr, "%d %s: %s\n", errno, what, strerror(errno));
	return unknown ? CANNOT : 1;
}

/* exchange A B: gives each the other's name, in one step: at no moment is there nothing under either. */
static int exchange(const char *a, const char *b)
{
	if (syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) < 0)
		return failed("renameat2");
	return 0;
}

/* lock: locks the file that is descriptor 3; the lock lasts as long as the caller has that open. */
static int lock(void)
{
	if (flock(3, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? 2 : failed("flock");
}

/* punch START LENGTH: gives back the room of a part of descriptor 3, which has been read. */
static int punch(const char *start, const char *length)
{
	if (fallocate(3, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, strtoll(start, NULL, 10), strtoll(length, NULL, 10)) < 0)
		return failed("fallocate");
	return 0;
}

/* files exchange|lock|punch …: does what Node has no call for. */
int files_main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "exchange") == 0)
		return exchange(argv[2], argv[3]);
	if (argc == 2 && strcmp(argv[1], "lock") == 0)
		return lock();
	if (argc == 4 && strcmp(argv[1], "punch") == 0)
		return punch(argv[2], argv[3]);
	die(CRAC_EXIT_USAGE, "usage: files exchange A B | lock | punch START LENGTH");
}
