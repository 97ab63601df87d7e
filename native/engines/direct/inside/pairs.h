#ifndef CRAC_DIRECT_PAIRS_H
#define CRAC_DIRECT_PAIRS_H

#include "descriptors.h"

/* When all descriptors are noted: which unix sockets are connected with each other, and what they hold. */
bool pairs_note(void);
void pair_remake(const struct descriptor *end);
/* One whose other end is not the program's, or nobody's any more. */
void ended_remake(const struct descriptor *descriptor);
/* What sockets hold that are found by their name. */
void named_queues_put_back(void);

#endif
