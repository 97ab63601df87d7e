#ifndef CRAC_RESTORE_FAILED_H
#define CRAC_RESTORE_FAILED_H

#include "restore/restore.h"

int restore_failed(const struct restore *restore, int code);

#endif
