/* The room `supervisor`: the processes around a program that stands in namespaces of its own, whoever made it. The parent
 * runs supervise.c, parent-socket.c, agent.c and pump.c; the intermediate process intermediate.c and namespaces.c; init
 * init.c, wake.c, pids.c, clocks.c and generation-page.c; docs/native-processes.md draws them. */
#ifndef CRAC_SUPERVISOR_SUPERVISE_H
#define CRAC_SUPERVISOR_SUPERVISE_H

#include "base/list.h"

#include <stdbool.h>
#include <sys/types.h>

/* A program to supervise, and what is called on the way, in the parent and with `context`; each may be NULL. */
struct supervision {
	const char *record;
	const struct list *agent;
	int checkpoint_signal; /* asks for a checkpoint, or 0 */
	bool restores; /* until the program runs, signals and the deadline end the restore */
	void *context;

	void (*runs)(void *context);             /* the program runs */
	void (*late)(void *context, pid_t init); /* the deadline is over; what was started is about to be killed */
	void (*failed)(void *context);           /* nothing is left of what was started, and the record is about to be removed */
	void (*refused)(void *context);          /* before `failed`: no namespace can be made here, so nothing was started */

	int interrupted; /* signal that ended a restore before the program ran, or that came before there was a program; or 0 */

	/* supervise.c's own */
	int signals, listener;
	pid_t init;
};

void supervise_begin(struct supervision *supervision);
int supervise(struct supervision *supervision, pid_t child, int control);

#endif
