#ifndef CRAC_SUPERVISOR_FIRST_PID_H
#define CRAC_SUPERVISOR_FIRST_PID_H

#include <sys/types.h>

#define PID_DRAWN -1

pid_t fork_program(int min_pid);
void draw_next_pid(void);
double pid_offset(const char *asked, pid_t pid);

#endif
