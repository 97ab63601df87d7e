#ifndef CRAC_RESTORE_POLICIES_H
#define CRAC_RESTORE_POLICIES_H

#include "restore/restore.h"

#include <stdbool.h>
#include <stddef.h>

void policies_read(const struct restore *restore);
const char *policies_decision(size_t index);
bool policies_close_port(size_t index);
bool policies_close_some_port(void);

#endif
