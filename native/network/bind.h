#ifndef CRAC_NETWORK_BIND_H
#define CRAC_NETWORK_BIND_H

#include <stdbool.h>
#include <sys/socket.h>

bool bind_soon(int fd, const struct sockaddr *where, socklen_t length);

#endif
