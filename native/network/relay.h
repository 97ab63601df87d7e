#ifndef CRAC_NETWORK_RELAY_H
#define CRAC_NETWORK_RELAY_H

#include "network/network.h"

#include <sys/types.h>

int relay_until_ended(const struct network *network, pid_t init);

#endif
