#ifndef CRAC_ADDON_PAGE_NOTES_H
#define CRAC_ADDON_PAGE_NOTES_H

#include <stddef.h>

/* Remembers where this copy is to note the pages that it writes, if its payload says so. */
void page_notes_asked(const char *message, size_t length);

#endif
