#ifndef CRAC_SUPERVISOR_ALONE_H
#define CRAC_SUPERVISOR_ALONE_H

#include "base/list.h"
#include "supervisor/supervise.h"

/* A program that can do without namespaces: the engine `direct` writes it where no namespace can be made. */
struct alone {
	const char *record, *preload; /* the value of LD_PRELOAD with the engine's library; NULL: it needs namespaces */
	const struct list *program;
	const int *interrupted; /* a signal that has come for it meanwhile, or 0 */
	int refusals;           /* what was said of namespaces */
	const struct supervision *supervision; /* its checkpoint signal, and the agent that this starts */
};

int alone_listen(void);
void alone_become(const struct alone *alone);
void alone_say_refusals(const struct alone *alone);

#endif
