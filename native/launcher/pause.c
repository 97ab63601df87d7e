#include "crac.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A program of the engine pause is woken, not made anew: nothing native about it, so the command in Node does it
 * (src/cli/restore.ts). `image` may be one of the words, or the place of IMAGE/restore. */
_Noreturn void pause_restore(const struct conf *conf, const char *path, char **words, const char *image)
{
	struct list command = { 0 };

	for (size_t i = 0; i < conf->keys.count; i++)
		if (strcmp(conf->keys.items[i], "agent") == 0)
			list_add(&command, conf->values.items[i]);
	if (command.count == 0)
		die(CRAC_EXIT_IMAGE, "%s/restore.conf does not name the crac command; make the image anew with `crac checkpoint`",
		    path);
	list_add(&command, "restore");
	list_add(&command, path);
	for (; *words; words++)
		if (*words != image)
			list_add(&command, *words);
	execv(command.items[0], command.items);
	die(CRAC_EXIT_ENGINE, "cannot run %s: %s; wake the program with the crac command that it was started with",
	    command.items[0], strerror(errno));
}
