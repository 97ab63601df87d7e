#ifndef CRAC_ENGINES_PAUSE_H
#define CRAC_ENGINES_PAUSE_H

#include "engines/engine.h"

extern const struct engine pause_engine;

#endif
