#ifndef CRAC_NODE_OPTIONS_H
#define CRAC_NODE_OPTIONS_H

/* Gives the preload to Node; called at the start of each process, with the path of this library. */
void give_preload_to_node(const char *library, int argc, char **argv);

#endif
