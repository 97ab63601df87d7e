#ifndef CRAC_SUPERVISOR_INIT_H
#define CRAC_SUPERVISOR_INIT_H

#include "supervisor/inside.h"

_Noreturn void init_run(struct inside *inside, int control);

#endif
