#ifndef CRAC_RESTORE_START_OVER_H
#define CRAC_RESTORE_START_OVER_H

#include "restore/image.h"

void start_over_prepare(char **argv, const char *word, const char *place, const struct image *image);
void start_over_if_replaced(void);

#endif
