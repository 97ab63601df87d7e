/* The part of a program's environment that a program of the engines `direct` and `auto` needs in its children beside this
 * library: the library of the engine, its name, and where the generation page is. */
#ifndef CRAC_ALONE_H
#define CRAC_ALONE_H

#include <stdbool.h>
#include <stddef.h>

#define ALONE_VARIABLES 2

/* Notes the engine that this process was started with, and the engine's library, which stands behind `library` in LD_PRELOAD. */
void alone_start(const char *library);

/* The path of the engine's library, or an empty text. */
const char *alone_library(void);

/* Returns the room for the variables that a child is given. */
size_t alone_room(void);

/* Writes these variables to `text` and where each begins to `to`. Returns how many there are. */
size_t alone_into(char **to, char *text);

/* Tells whether this variable is one of them, to be taken out. */
bool alone_is_own(const char *variable);

/* Gives a Node process the variables, which its preload takes out. */
void alone_give_to_node(void);

#endif
