#ifndef CRAC_RESTORE_OR_RUN_H
#define CRAC_RESTORE_OR_RUN_H

#include "base/list.h"

/* Carry out --or-run SCRIPT. */
void or_run_prepare(const char *script, char **arguments);
void or_run(void);
const struct list *or_run_words(void); /* the first is a path; NULL where it was not asked for */

#endif
