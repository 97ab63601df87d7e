#ifndef CRAC_ENGINES_CRIU_PROTECTION_KEYS_H
#define CRAC_ENGINES_CRIU_PROTECTION_KEYS_H

#include "restore/conf.h"

#include <stdbool.h>
#include <stddef.h>

void protection_keys_check(const struct conf *conf);
bool protection_key_in(const char *core, size_t length);

#endif
