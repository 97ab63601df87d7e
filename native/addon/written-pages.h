#ifndef CRAC_ADDON_WRITTEN_PAGES_H
#define CRAC_ADDON_WRITTEN_PAGES_H

#include <stddef.h>

/* Remembers where this copy is to note the pages that it writes, if its payload says so. */
void written_pages_asked(const char *message, size_t length);

#endif
