#ifndef CRAC_ENGINES_ENGINE_H
#define CRAC_ENGINES_ENGINE_H

#include "restore/restore.h"

#include <stdbool.h>
#include <sys/types.h>

/* Everything that an engine has to do to restore a program, natively; src/command/engines/engine.ts is the other half.
 * An engine is a folder here, or one file, and one line in table.c. Each function is called by the process that is
 * named, in this order; one that may be NULL says so.
 *
 * The parent (commands/restore.c) has looked at who owns the image and has read restore.conf, nothing else. Between
 * check() and prepare() it compares the files of the image, and what the program has mapped and open, with what they
 * were; makes the record directory, the locks of the ports and the mailbox.
 *
 * An engine that needs namespaces: inside.c puts the intermediate process and init between (supervisor/inside.h), and
 * start() is called by init. An engine that does not: start() is called by the parent itself, which becomes the program.
 * No supervisor, init or intermediate process is there then, and nothing is mounted; signal_all_inside() is not for it. */
struct engine {
	/* The value of `engine` in restore.conf. */
	const char *name;

	/* Whether the program stands in mount and PID namespaces of its own, with init as PID 1 and the parent watching. */
	bool needs_namespaces;

	/* The parent, first: carries the whole restore out in another way, and nothing below is called. `words` is the command
	 * line behind `crac restore`. May be NULL. */
	void (*take_over)(struct restore *restore, char **words);

	/* The parent: dies, with what to do, where this machine, this user or this image cannot be restored. Nothing is made
	 * yet, and nothing of what follows may be. */
	void (*check)(struct restore *restore);

	/* The parent, last: makes the files and descriptors that start() needs, and the engine's own state. */
	void (*prepare)(struct restore *restore);

	/* init: starts what makes the program, with the PID restore->program, and returns its PID, -1 with errno. That process
	 * ends with 0 once the program stands there complete and waits for its mailbox. Called again after retry().
	 * Without namespaces, the parent: becomes the program, wakes it (payload_release()), and lets the ports go
	 * (port_locks_release()); returns only where it has failed, having said why: an exit code of base/exit-codes.h. */
	int (*start)(struct restore *restore);

	/* init: start()'s process has failed, and the image is whole still. Is start() to be called again? May be NULL. */
	bool (*retry)(struct restore *restore);

	/* init: the program runs; takes back what only the engine needed. May be NULL. */
	void (*tidy)(struct restore *restore);

	/* The parent: the program runs; what the next restore profits from. May be NULL. */
	void (*after)(struct restore *restore);

	/* The parent, when the time of --timeout is over: a line about what the engine waits for, or NULL. May be NULL. */
	char *(*waits_for)(const struct restore *restore, pid_t init);

	/* The parent, when the restore has failed: the engine's log, for `crac explain`, or NULL. May be NULL. */
	char *(*log)(const struct restore *restore);

	/* The parent: the first lines of that log that tell of errors, for where `crac explain` cannot be started. May be
	 * NULL. */
	struct list (*errors)(const char *log);
};

#endif
