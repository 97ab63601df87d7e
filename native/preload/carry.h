/* How this library carries itself, and with it the preload of Node, into every program that the tree starts. */
#ifndef CRAC_CARRY_H
#define CRAC_CARRY_H

#include <stdbool.h>
#include <stddef.h>

/* openssl-reseed.c: tells whether this process stands in a program's tree. */
bool in_tree(void);

/* openssl-reseed.c: names the record of a program that stands in no namespaces, as it is now; else NULL. */
const char *record_without_namespaces(void);

/* carry.c: takes our part out of this process's environment, or, in a Node process, gives it the preload. */
void carry_start(int argc, char **argv);

/* exec.c: finds libc's functions now, since a child between fork and exec may not ask for them. */
void exec_start(void);

/* exec.c: opens a file to read from, without a note of it: a vfork child shares its parent's memory. */
int open_unnoted(const char *path);

/* Returns the room that carry_into needs for this environment; 0: hand it on as it is. */
size_t carry_room(char *const *environment, const char *path);

/* Writes the environment with our part into `room`: LD_PRELOAD, and the protections that whoever is executed has by
 * this process. Calls nothing that a vfork child may not. */
char **carry_into(void *room, char *const *environment, const char *path);

/* executable.c: tells whether this library fits what is about to be executed. */
bool takes_library(const char *path);

#endif
