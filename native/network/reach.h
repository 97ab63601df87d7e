#ifndef CRAC_NETWORK_REACH_H
#define CRAC_NETWORK_REACH_H

#include "network/network.h"

/* Carry out --reach, from the inside of a network of its own to this machine. */
void reach_prepare(struct network *network, const struct list *reached, const char *record_sent);
void reach_begin(struct network *network);
void reach_listen(struct network *network);

#endif
