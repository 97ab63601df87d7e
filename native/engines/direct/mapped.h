#ifndef CRAC_DIRECT_MAPPED_H
#define CRAC_DIRECT_MAPPED_H

#include "engines/direct/tables.h"
#include "restore/restore.h"

/* Descriptors of all files that the program has mapped, by their numbers in the image; dies where one is not the same. */
int *mapped_open(const struct restore *restore, const struct tables *tables);

#endif
