#ifndef CRAC_NETWORK_ADDRESS_H
#define CRAC_NETWORK_ADDRESS_H

#include <sys/socket.h>

int port_number(const char *text);
socklen_t network_address(char *text, int port, struct sockaddr_storage *where);
char *address_text(const struct sockaddr_storage *address);

#endif
