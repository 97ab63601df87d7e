#ifndef CRAC_RESTORE_CPU_H
#define CRAC_RESTORE_CPU_H

#include <stdbool.h>

bool cpu_has(const char *name);
const char *cpu_level(void);

#endif
