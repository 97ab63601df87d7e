#ifndef CRAC_DIRECT_QUEUES_H
#define CRAC_DIRECT_QUEUES_H

#include "descriptors.h"

/* What a unix socket has received and the program has not read; it stays there. */
bool queue_note(struct descriptor *descriptor);
/* Sends it again, from `from`; to the address `to`, where that is not its other end. */
void queue_put_back(const struct descriptor *descriptor, long from, const struct socket *to);

#endif
