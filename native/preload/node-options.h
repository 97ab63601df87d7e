#ifndef CRAC_NODE_OPTIONS_H
#define CRAC_NODE_OPTIONS_H

#include <stdbool.h>

/* Gives the preload to Node; called at the start of each process, with the path of this library. Returns whether it is Node. */
bool give_preload_to_node(const char *library, int argc, char **argv);

#endif
