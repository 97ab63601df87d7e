#ifndef CRAC_SUPERVISOR_PIDS_H
#define CRAC_SUPERVISOR_PIDS_H

void set_last_pid(int last);

#endif
