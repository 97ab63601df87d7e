#ifndef CRAC_DIRECT_SCHEDULING_H
#define CRAC_DIRECT_SCHEDULING_H

#include "inside.h"

/* Of the calling thread. */
void scheduling_note(struct scheduling *scheduling);
/* What the program has set itself, as far as whoever restores it may: the usual is the caller's own, as are CPUs and the
 * priority of its input and output. */
void scheduling_revive(const struct scheduling *scheduling);

#endif
