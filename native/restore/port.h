#ifndef CRAC_RESTORE_PORT_H
#define CRAC_RESTORE_PORT_H

#include "base/list.h"
#include "restore/conf.h"

#include <stdbool.h>

/* A listening TCP socket of the image. */
struct port {
	int family, number, only6;
	char address[64];
	long offset; /* where the number stands in CRIU's files.img */
};

bool port_parse(const char *value, struct port *port);
bool port_each(const struct conf *conf, size_t *at, struct port *port);
bool port_move(const char *text, int *from, int *to);
int port_moved(const struct list *moves, int old);

#endif
