#ifndef CRAC_RESTORE_PORTS_H
#define CRAC_RESTORE_PORTS_H

#include "base/list.h"
#include "restore/conf.h"

#include <stdbool.h>

void ports_check(const struct conf *conf, const struct list *moves, bool share, const char *network);

#endif
