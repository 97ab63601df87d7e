#include "crac.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The same place as src/engine/runtime-directory.ts computes. */
char *runtime_directory(void)
{
	const char *base = getenv("XDG_RUNTIME_DIR");

	if (getenv("CRAC_RUNTIME_DIR"))
		return copyf("%s", getenv("CRAC_RUNTIME_DIR"));
	if (geteuid() == 0 && access("/run", W_OK) == 0) /* not for the root of a user namespace */
		return copyf("/run/node-crac");
	if (base && *base == '/')
		return copyf("%s/node-crac", base);
	return copyf("/tmp/node-crac-%d", (int)geteuid());
}

static void make_private_directory(const char *path)
{
	struct stat status;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		die(CRAC_EXIT_ENGINE, "cannot make the runtime directory %s: %s; set CRAC_RUNTIME_DIR to a directory of yours",
		    path, strerror(errno));
	if (lstat(path, &status) < 0 || !S_ISDIR(status.st_mode) || status.st_uid != geteuid())
		die(CRAC_EXIT_ENGINE, "%s is not a directory of yours; set CRAC_RUNTIME_DIR to one", path);
}

static char *own_record;
static pid_t owner;

/* Also when the parent ends early, by die(). */
void record_forget(void)
{
	if (own_record && getpid() == owner)
		remove_directory(own_record);
}

void record_adopt(const char *record)
{
	own_record = copyf("%s", record);
	owner = getpid();
	atexit(record_forget);
}

/* One directory for each running program, named by the PID of its parent process. Of a restored one it holds little
 * (src/protocol/record.ts knows what is left out): on a disk each file costs as much as a hundred other calls. */
char *record_create(const char *image)
{
	char *base = runtime_directory(), *record;

	make_private_directory(base);
	record = copyf("%s/%d", base, (int)getpid());
	remove_directory(record);
	make_private_directory(record);
	write_file(record, "image", image);
	free(base);
	record_adopt(record);
	return record;
}
