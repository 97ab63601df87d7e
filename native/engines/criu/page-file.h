#ifndef CRAC_ENGINES_CRIU_PAGE_FILE_H
#define CRAC_ENGINES_CRIU_PAGE_FILE_H

#include "engines/criu/state.h"
#include "restore/restore.h"

const char *page_file_find(const struct conf *conf);
void page_file_hand(struct criu_state *state, const struct restore *restore);

#endif
