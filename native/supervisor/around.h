#ifndef CRAC_SUPERVISOR_AROUND_H
#define CRAC_SUPERVISOR_AROUND_H

#include <stdbool.h>

/* The container around this process, in the words of its runtime. */
#define NEEDS_SECCOMP 1 /* calls that its seccomp profile denies */
#define NEEDS_PROC 2	/* all of /proc, where parts of it are masked */
#define NEEDS_SETFCAP 4
void around_for_restore(void); /* else it is for a checkpoint, which needs more */
bool proc_is_masked(void);
char *container_lines(unsigned needs);

#endif
