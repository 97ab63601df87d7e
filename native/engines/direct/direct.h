#ifndef CRAC_DIRECT_DIRECT_H
#define CRAC_DIRECT_DIRECT_H

#include "engines/engine.h"

extern const struct engine direct;

#endif
