/* setitimer and timer_create, with the time that was left. */
#ifndef CRAC_DIRECT_TIMERS_H
#define CRAC_DIRECT_TIMERS_H

#include "inside.h"

bool timers_note(void);
/* In a copy, when its threads have their numbers. */
void timers_start_again(void);

#endif
