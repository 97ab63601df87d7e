#ifndef CRAC_ENGINES_CRIU_RETRY_H
#define CRAC_ENGINES_CRIU_RETRY_H

#include "engines/criu/state.h"
#include "restore/restore.h"

#include <stdbool.h>

bool may_try_again(struct criu_state *state, const struct restore *restore);

#endif
