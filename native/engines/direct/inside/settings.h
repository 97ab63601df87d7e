/* What prctl(2) and its like set for the whole process. */
#ifndef CRAC_DIRECT_SETTINGS_H
#define CRAC_DIRECT_SETTINGS_H

#include "inside.h"

void settings_note(void);
/* In a copy that has one thread only, and is who it shall be (rights.c). */
void settings_revive(void);

#endif
