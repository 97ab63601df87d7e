#ifndef CRAC_NETWORK_DRAIN_H
#define CRAC_NETWORK_DRAIN_H

/* Connections that come in while the engine works. */
void drain_add(const char *listener);
void drain(void);

#endif
