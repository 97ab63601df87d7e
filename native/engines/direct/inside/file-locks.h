/* Locks of the program on files that it has open: fcntl's, of the process or of the description, and flock's. */
#ifndef CRAC_DIRECT_FILE_LOCKS_H
#define CRAC_DIRECT_FILE_LOCKS_H

#include "descriptors.h"

void file_locks_begin(void);
bool file_locks_note(const struct descriptor *file, const char *info);
/* When all descriptors are at their numbers: closing one ends a process's locks on its file. */
void file_locks_take(void);

#endif
