#include "engines/pause.h"
#include "base/deadline.h"
#include "base/list.h"
#include "base/say.h"
#include "restore/trust.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Hands the restore over to the command in Node (src/command/cli/restore.ts): a program of the engine pause is woken,
 * not made anew, and nothing is native about it. One of the words, or the place of IMAGE/restore, is the image. */
static void take_over(struct restore *restore, char **words)
{
	const char *path = restore->image.path, *word;
	struct list command = { 0 };

	for (size_t at = 0; (word = conf_each(&restore->conf, "agent", &at));) {
		program_trust(&restore->conf, "agent", word);
		list_add(&command, word);
	}
	if (command.count == 0)
		die(CRAC_EXIT_IMAGE, "%s/restore.conf does not name the crac command; make the image anew with `crac checkpoint`",
		    path);
	list_add(&command, "restore");
	list_add(&command, path);
	for (; *words; words++)
		if (*words != restore->image.word)
			list_add(&command, *words);
	deadline_watch_no_more();
	execv(command.items[0], command.items);
	die(CRAC_EXIT_ENGINE, "cannot run %s: %s; wake the program with the crac command that it was started with",
	    command.items[0], strerror(errno));
}

const struct engine pause_engine = { .name = "pause", .take_over = take_over };
