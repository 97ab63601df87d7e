#ifndef CRAC_ENGINES_TABLE_H
#define CRAC_ENGINES_TABLE_H

#include "engines/engine.h"

const struct engine *engine_of(const struct conf *conf);

#endif
