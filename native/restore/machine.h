#ifndef CRAC_RESTORE_MACHINE_H
#define CRAC_RESTORE_MACHINE_H

#include "restore/conf.h"

#include <stdbool.h>

/* Compare what an image asks of the machine, and what is asked of an image. */
void labels_check(const struct conf *conf, const struct list *required);
void machine_check(const struct conf *conf, bool any_cpu);
void kernel_note(const struct conf *conf);

#endif
