#ifndef CRAC_SUPERVISOR_INTERMEDIATE_H
#define CRAC_SUPERVISOR_INTERMEDIATE_H

#include "supervisor/inside.h"

pid_t intermediate_start(struct inside *inside, int *control);

#endif
