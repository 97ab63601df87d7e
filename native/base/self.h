#ifndef CRAC_BASE_SELF_H
#define CRAC_BASE_SELF_H

/* Returns the path of this binary, as the kernel tells it (` (deleted)` behind it where the file is gone); NULL where
 * it does not. */
const char *self_path(void);

#endif
