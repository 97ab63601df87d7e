#ifndef CRAC_SUPERVISOR_PUMP_H
#define CRAC_SUPERVISOR_PUMP_H

#include <stdbool.h>

int pump_stdin_if_needed(bool pipe_needed);
int pump_output(int to, bool terminal);
void pump_started(void);
bool pump_reads_stdin(void);
void pump_finish(int limit);

#endif
