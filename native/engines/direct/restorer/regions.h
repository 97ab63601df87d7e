#ifndef CRAC_DIRECT_RESTORER_REGIONS_H
#define CRAC_DIRECT_RESTORER_REGIONS_H

#include "engines/direct/restorer/plan.h"

/* Maps a region of the program's in its place. It can be written to until regions_protect where pages are read into it. */
void region_map(const struct plan *plan, const struct region *region);

void regions_keep_from_children(const struct plan *plan);

/* Has pages copied that all copies write soon: one by one, each costs a fault twice as dear. */
void regions_copy_written(const struct plan *plan);

/* Gives regions the rights that the program has had them with, and makes its guard pages. */
void regions_protect(const struct plan *plan);

#endif
