#ifndef CRAC_ENGINES_CRIU_MOVED_FILES_H
#define CRAC_ENGINES_CRIU_MOVED_FILES_H

#include "engines/criu/state.h"
#include "restore/port.h"
#include "restore/restore.h"

#include <stdbool.h>
#include <stddef.h>

/* Make and show a files.img that has other ports than the image's. */
void moved_files_make(struct criu_state *state, const struct restore *restore);
void moved_files_show(const struct criu_state *state, const struct restore *restore);
void moved_files_hide(const struct criu_state *state, const struct restore *restore);
bool port_rewrite(char *content, size_t length, const struct port *port, int to);

#endif
