#ifndef CRAC_DIRECT_UNIX_PEERS_H
#define CRAC_DIRECT_UNIX_PEERS_H

#include <stdbool.h>
#include <stdint.h>

struct unix_facts {
	uint64_t peer; /* its inode; 0 where it was closed, or not accepted yet */
	unsigned char shutdown; /* 1: nothing is received any more, 2: nothing is sent */
};

/* Asks the kernel about the unix socket with this inode; false, and the problem is said, where it does not tell. */
bool unix_peers_ask(uint64_t inode, struct unix_facts *facts);
void unix_peers_end(void);

#endif
