#include "base/record.h"
#include "base/file.h"
#include "base/list.h"
#include "base/say.h"
#include "generation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The longest name of a socket (unix(7)), and what stands behind the runtime directory in one. */
#define SOCKET_PATH_MAX 107
#define SOCKET_SUFFIX "/4194304/4194304.sock"

/* Computes the same place as src/command/base/runtime-directory.ts. */
static char *place(void)
{
	const char *given = getenv("CRAC_RUNTIME_DIR"), *base = getenv("XDG_RUNTIME_DIR");
	char *here;

	if (given && *given == '/')
		return copyf("%s", given);
	if (given && *given) {
		here = getcwd(NULL, 0);
		if (!here)
			die(CRAC_EXIT_ENGINE, "CRAC_RUNTIME_DIR=%s: there is no working directory (%s); give an absolute path", given,
			    strerror(errno));
		return copyf("%s/%s", here, given);
	}
	if (geteuid() == 0 && access("/run", W_OK) == 0) /* the root of a user namespace cannot write there */
		return copyf("/run/node-crac");
	if (base && *base == '/')
		return copyf("%s/node-crac", base);
	/* A container whose file system is read-only has this all the same. */
	return copyf("%s/node-crac-%d", access("/tmp", W_OK) < 0 && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)geteuid());
}

/* Refuses a directory that is not ours, or open to others: in /tmp anybody could have put one there before. */
static void check_private(const char *path)
{
	struct stat status;

	if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid != geteuid())
		die(CRAC_EXIT_ENGINE, "the runtime directory %s is not a directory of yours: it belongs to user %u. Run crac as that\n"
		    "user, or set CRAC_RUNTIME_DIR to a directory of yours", path, status.st_uid);
	if (lstat(path, &status) < 0 || !S_ISDIR(status.st_mode))
		die(CRAC_EXIT_ENGINE, "the runtime directory %s is not a directory of yours; set CRAC_RUNTIME_DIR to a directory of yours",
		    path);
	if (status.st_mode & 077)
		die(CRAC_EXIT_ENGINE, "the runtime directory %s is open to others (mode %o); chmod 700 it, or set CRAC_RUNTIME_DIR to a\n"
		    "directory of yours", path, status.st_mode & 07777);
}

static void make_private_directory(const char *path)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		die(CRAC_EXIT_ENGINE, "cannot make the runtime directory %s: %s; set CRAC_RUNTIME_DIR to a directory of yours",
		    path, strerror(errno));
	check_private(path);
}

/* Returns the runtime directory for every use: made if need be, and checked. */
const char *runtime_directory(void)
{
	static char *known;

	if (known)
		return known;
	known = place();
	if (strlen(known) + strlen(SOCKET_SUFFIX) > SOCKET_PATH_MAX)
		die(CRAC_EXIT_ENGINE, "the runtime directory %s has a name of %zu bytes, and sockets in it can be named only up to %zu; set\n"
		    "CRAC_RUNTIME_DIR to a shorter one", known, strlen(known), SOCKET_PATH_MAX - strlen(SOCKET_SUFFIX));
	make_private_directory(known);
	return known;
}

static char *own_record;
static pid_t owner;

/* Removes the record; also called when the parent ends early, by die(). */
void record_forget(void)
{
	if (own_record && getpid() == owner)
		remove_directory(own_record);
}

/* Gives the record up in a child that may end by die(): it is not the child's own. */
void record_disown(void)
{
	own_record = NULL;
}

/* Takes over a record, also one that `crac run` has made. */
void record_adopt(const char *record)
{
	check_private(record);
	own_record = copyf("%s", record);
	owner = getpid();
	atexit(record_forget);
}

/* Creates the directory of one running program, named by the PID of its parent process. A restored program's holds
 * little (src/shared/protocol/record.ts knows what is left out): on a disk each file costs as much as a hundred other
 * calls. */
char *record_create(const char *image)
{
	char *record = copyf("%s/%d", runtime_directory(), (int)getpid());

	remove_directory(record);
	make_private_directory(record);
	write_file(record, "image", image);
	record_adopt(record);
	return record;
}

/* Returns the inode of the namespace that this process's PIDs count in; 0 where that is not known. */
double pid_namespace(void)
{
	struct stat status;

	return stat("/proc/self/ns/pid", &status) == 0 ? (double)status.st_ino : 0;
}

/* Was this record made by a program without a parent of ours, whose PID means here what it meant there? */
static bool is_here(const char *record, double namespace)
{
	struct generation page = { 0 };
	int fd = open(copyf("%s/mark", record), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool is_whole = fd >= 0 && read(fd, &page, sizeof(page)) == sizeof(page);

	if (fd >= 0)
		close(fd);
	return is_whole && page.pid_namespace == namespace;
}

/* Removes the records of programs without a parent of ours that a signal has ended: they could not do it. Containers may
 * share the directory, and have other numbers. */
void records_forget_ended(void)
{
	double namespace = pid_namespace();
	DIR *directory = namespace == 0 ? NULL : opendir(runtime_directory());
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		int program = atoi(entry->d_name); /* other names begin with no digit */
		char *record;

		if (program <= 0 || kill(program, 0) == 0 || errno != ESRCH)
			continue;
		record = copyf("%s/%s", runtime_directory(), entry->d_name);
		if (is_here(record, namespace))
			remove_directory(record);
		free(record);
	}
	if (directory)
		closedir(directory);
}
