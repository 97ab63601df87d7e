#define _GNU_SOURCE
#include "base/list.h"
#include "base/say.h"
#include "base/self.h"
#include "commands/command.h"
#include "commands/enter.h"
#include "commands/files.h"
#include "commands/launch.h"
#include "commands/probe.h"
#include "commands/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Opens /dev/null for a closed 0, 1 or 2, as node does: else the next file opened here would be taken for it. */
static void open_closed_stdio(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			die(CRAC_EXIT_ENGINE, "cannot open /dev/null: %s", strerror(errno));
}

/* Ends this process with its parent: `crac build` must leave nothing behind, even when it is killed. The variable is
 * not for the program's own environment. */
static void end_with_parent(void)
{
	const char *parent = getenv("CRAC_END_WITH_PARENT");

	if (!parent)
		return;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		die(CRAC_EXIT_ENGINE, "cannot ask to end with process %s: %s", parent, strerror(errno));
	if (getppid() != atoi(parent)) /* the parent has ended already */
		raise(SIGKILL);
	unsetenv("CRAC_END_WITH_PARENT");
}

static bool has_name(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash ? slash + 1 : path, name) == 0;
}

/* Returns the directory in which this is IMAGE/restore, or NULL: by the name that was executed, if that is it. The name
 * of /proc/self/exe is another where another image has just taken the place of this one. */
static const char *image_of_self(const char *called)
{
	const char *self = self_path();
	bool by_name = called && strchr(called, '/') && has_name(called, "restore");
	const char *path = by_name && access(called, X_OK) == 0 ? called : self;
	char *directory;

	if (!self || (!has_name(self, "restore") && !has_name(self, "restore (deleted)")))
		return NULL;
	directory = copyf("%s", path);
	*strrchr(directory, '/') = '\0';
	return *directory ? directory : "/";
}

/* The room `commands`: a file for each word that this binary knows, and what runs first in the process that was started.
 * One static binary: `crac-native launch|restore|enter|probe|files …`; IMAGE/restore, a link to it inside an image; and
 * `crac`, a link to it in an installed package. */
int main(int argc, char **argv)
{
	const char *image;

	open_closed_stdio();
	end_with_parent();
	if (argc > 2 && strcmp(argv[1], "__again") == 0) /* restore/start-over.c */
		return restore_main(argv + 2, *argv[2] ? argv[2] : NULL);
	image = image_of_self(argv[0]);
	if (image)
		return restore_main(argv, image);
	if (has_name(argv[0], "crac"))
		return command_main(argc, argv);
	if (argc > 1 && strcmp(argv[1], "launch") == 0)
		return launch_main(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "restore") == 0)
		return restore_main(argv + 1, NULL);
	if (argc > 1 && strcmp(argv[1], "enter") == 0)
		return enter_main(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "probe") == 0)
		return probe_main(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "files") == 0)
		return files_main(argc - 1, argv + 1);
	die(CRAC_EXIT_USAGE, "usage: crac-native launch|restore|enter|probe|files …; the command for people is `crac`");
}
