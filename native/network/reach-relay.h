#ifndef CRAC_NETWORK_REACH_RELAY_H
#define CRAC_NETWORK_REACH_RELAY_H

#include "network/network.h"

_Noreturn void reach_relay(const struct network *network, int from);

#endif
