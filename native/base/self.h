#ifndef CRAC_BASE_SELF_H
#define CRAC_BASE_SELF_H

#include <stdbool.h>

/* Returns the path of this binary, as the kernel tells it (` (deleted)` behind it where the file is gone); NULL where
 * it does not. */
const char *self_path(void);

/* The one process that a restore is asked of: it alone starts over, or becomes something else where the restore fails.
 * Children that are made for the restore do not; a child that goes on in its parent's place says it of itself. */
void restores_here(void);
bool is_restoring(void);

#endif
