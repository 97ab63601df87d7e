#ifndef CRAC_SUPERVISOR_INSIDE_H
#define CRAC_SUPERVISOR_INSIDE_H

#include "network/network.h"
#include "supervisor/generation-page.h"
#include "supervisor/namespaces.h"

#include <stdbool.h>
#include <sys/types.h>

/* The contract between init and whoever has something started inside. */

/* The word of ended() where it is no exit code. */
#define PROGRAM_RUNS 0
#define STARTED_AGAIN -1

/* A program that is to stand in namespaces of its own: how they are made, and what is called on the way there, each
 * with `context`. A function that may be NULL says so. */
struct inside {
	const char *record;
	struct namespaces namespaces;
	struct network *network;
	struct generation_page generation;
	int refusals; /* descriptor to which it is said that no namespace can be made; 0: standard error */
	void *context;

	bool restores; /* start() starts an engine, which makes the program; else it starts the program itself */
	pid_t program; /* where it restores: the program's PID inside */

	/* Called in the intermediate process, before and after it leaves the mount namespace; may be NULL. */
	void (*leave)(void *context);
	void (*enter)(void *context);

	/* Called in init, in the new namespaces, before anything runs there; may be NULL. */
	void (*prepare)(void *context);

	/* Called in init: returns the PID of what was started, -1 with errno. Dies, having said why, where that makes no
	 * sense. */
	pid_t (*start)(void *context);

	/* Called in init, where it restores: the engine ended with this status. Returns PROGRAM_RUNS; or STARTED_AGAIN,
	 * with the new engine's PID in *again; or the exit code of what was said. */
	int (*ended)(void *context, int status, pid_t *again);

	/* Called in init, where it restores: lets the program go on, and then takes back what only the engine needed. */
	void (*wake)(void *context);
	void (*tidy)(void *context);
};

#endif
