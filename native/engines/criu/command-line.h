#ifndef CRAC_ENGINES_CRIU_COMMAND_LINE_H
#define CRAC_ENGINES_CRIU_COMMAND_LINE_H

#include "engines/criu/state.h"
#include "restore/restore.h"

#include <stdbool.h>

void command_line_make(struct criu_state *state, const struct restore *restore);
bool command_line_inherit(struct criu_state *state, const char *name, int from);

#endif
