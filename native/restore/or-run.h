#ifndef CRAC_RESTORE_OR_RUN_H
#define CRAC_RESTORE_OR_RUN_H

/* Carry out --or-run SCRIPT. */
void or_run_prepare(const char *script, char **arguments);
void or_run(void);

#endif
