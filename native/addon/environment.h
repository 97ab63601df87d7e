#ifndef CRAC_ADDON_ENVIRONMENT_H
#define CRAC_ADDON_ENVIRONMENT_H

#include <stddef.h>

/* What a restored program is told, less the variables that it has anyway. */
size_t environment_reduce(char **message, size_t length);

#endif
