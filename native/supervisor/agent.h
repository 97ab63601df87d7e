#ifndef CRAC_SUPERVISOR_AGENT_H
#define CRAC_SUPERVISOR_AGENT_H

#include "base/list.h"

#include <sys/types.h>

/* The request of an agent that a signal has asked for. */
#define ASKED_BY_SIGNAL "{\"by\":\"signal\"}"

/* Start another process that is `crac` in Node, and works for the parent or the program. `agent` is the command,
 * without a word where it is not known. */
void agent_start(const struct list *agent, const char *record, const char *request);
int agent_run(const struct list *agent, int limit, const char *purpose, ...);
char *own_script(void);

/* agent-ended.c */
void agent_note(pid_t agent, const char *request);
void agent_refuse(const char *record, const char *request, const char *reason);
void agent_ended(pid_t ended, int status, const char *record);

#endif
