#ifndef CRAC_SUPERVISOR_WAKE_H
#define CRAC_SUPERVISOR_WAKE_H

#include <sys/types.h>

void wake_program(const char *record, pid_t program, int mailbox);

#endif
