#ifndef CRAC_DIRECT_RESTORER_PLACES_H
#define CRAC_DIRECT_RESTORER_PLACES_H

#include "engines/direct/restorer/plan.h"

/* Unmaps all that this process has, but the room and the kernel's own pages, which may be anywhere above it. */
void places_clear(const struct plan *plan);

/* Moves the kernel's own pages to where the program has had them, or leads from there to them. */
void places_of_kernel(const struct plan *plan);

#endif
