/* What the two parts of the relay share. */
#ifndef CRAC_RELAY_H
#define CRAC_RELAY_H

#include <stdint.h>

/* Something that is waited for; the first member of what it stands for. */
struct source {
	void (*happened)(struct source *source, uint32_t events);
	int fd;
};

/* connection.c: takes a connection that was accepted and carries it to a port of the program */
void connection_begin(int epoll, int fd, int port);

/* connection.c: gives back the memory of connections that are over; no event may point to them any more */
void connection_sweep(void);

#endif
