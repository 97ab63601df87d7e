#ifndef CRAC_RESTORE_PAYLOAD_H
#define CRAC_RESTORE_PAYLOAD_H

#include "base/list.h"

#include <stddef.h>
#include <stdio.h>

/* Make what the caller hands to the restored program, in the mailbox it wakes up to. */
int payload_make(const char *record, const char *cwd, const char *env_file, char **arguments, const struct list *cold);
/* Adds a field of this kind. */
void payload_add(int fd, char kind, const char *value);
void payload_release(int fd);
const char *payload_environment(FILE *file, char *text, size_t length, const char **where);

#endif
