/* A copy never has more rights than the program had taken for itself. */
#ifndef CRAC_DIRECT_RIGHTS_H
#define CRAC_DIRECT_RIGHTS_H

#include "inside.h"

bool rights_note(void);
/* In a copy that has one thread only, when all is open that needs more rights. */
void rights_revive(void);

#endif
