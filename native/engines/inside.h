#ifndef CRAC_ENGINES_INSIDE_H
#define CRAC_ENGINES_INSIDE_H

#include "restore/restore.h"

int restore_inside(struct restore *restore);

#endif
