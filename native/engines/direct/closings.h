#ifndef CRAC_ENGINES_DIRECT_CLOSINGS_H
#define CRAC_ENGINES_DIRECT_CLOSINGS_H

#include "engines/direct/format.h"
#include "restore/restore.h"

void closings_hand_over(const struct restore *restore, const struct header *header, struct handover *handover);

#endif
