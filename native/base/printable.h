#ifndef CRAC_BASE_PRINTABLE_H
#define CRAC_BASE_PRINTABLE_H

#include <stdbool.h>

char *printable(const char *text, bool lines);

#endif
