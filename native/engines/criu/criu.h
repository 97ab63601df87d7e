#ifndef CRAC_ENGINES_CRIU_CRIU_H
#define CRAC_ENGINES_CRIU_CRIU_H

#include "engines/engine.h"

extern const struct engine criu;

#endif
