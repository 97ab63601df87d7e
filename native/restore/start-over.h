#ifndef CRAC_RESTORE_START_OVER_H
#define CRAC_RESTORE_START_OVER_H

#include "restore/image.h"

void start_over_prepare(char **argv, const char *word, const char *place, const struct image *image);
void start_over_if_replaced(void);
/* This process's addresses, which the kernel draws by chance, are in the program's way: others are drawn, some times. Only
 * from an engine's check(), where nothing is made yet. */
void start_over_elsewhere(void);

#endif
