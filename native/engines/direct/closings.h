#ifndef CRAC_ENGINES_DIRECT_CLOSINGS_H
#define CRAC_ENGINES_DIRECT_CLOSINGS_H

#include "engines/direct/format.h"
#include "restore/restore.h"

/* `process` is the PID that the descriptors' process had at the dump. */
void closings_hand_over(const struct restore *restore, const struct header *header, int process, struct handover *handover);

#endif
