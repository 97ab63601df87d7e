#ifndef CRAC_ENGINES_CRIU_LOGS_H
#define CRAC_ENGINES_CRIU_LOGS_H

#include "base/list.h"
#include "engines/criu/state.h"

#define SHORT_LOG "restore-short.log"

char *restore_logs(const struct criu_state *state, const char *record);
struct list restore_log_errors(const char *log);

#endif
