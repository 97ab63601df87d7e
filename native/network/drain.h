#ifndef CRAC_NETWORK_DRAIN_H
#define CRAC_NETWORK_DRAIN_H

/* Keep connections that come in while the engine works. */
void drain_add(const char *listener);
void drain(void);

#endif
