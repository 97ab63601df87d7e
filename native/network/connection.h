#ifndef CRAC_NETWORK_CONNECTION_H
#define CRAC_NETWORK_CONNECTION_H

#include <stdint.h>
#include <sys/socket.h>

/* A source of events that is waited for; the first member of what it stands for. */
struct source {
	void (*happened)(struct source *source, uint32_t events);
	int fd;
};

/* The target of a connection that was accepted: an address, and if there is nobody, another one. What comes from the
 * accepted side is written to `record` too, unless that is -1. */
struct target {
	struct sockaddr_storage first, second;
	socklen_t first_length, second_length; /* 0: there is no second */
};
void connection_begin(int epoll, int fd, const struct target *target, int record);

/* Gives back the memory of connections that are over; no event may point to them any more. */
void connection_sweep(void);

#endif
