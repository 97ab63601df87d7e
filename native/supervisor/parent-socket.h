#ifndef CRAC_SUPERVISOR_PARENT_SOCKET_H
#define CRAC_SUPERVISOR_PARENT_SOCKET_H

#include "base/list.h"

#include <stdbool.h>

/* Listen at the parent's socket, to which the program and the agent talk. */
int parent_socket_listen(const char *record);
void parent_socket_serve(int listener, const struct list *agent, const char *record, bool *checkpointed);
int parent_socket_held(void);
void parent_socket_hold_ended(int control);

#endif
