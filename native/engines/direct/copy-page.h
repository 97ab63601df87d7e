#ifndef CRAC_DIRECT_COPY_PAGE_H
#define CRAC_DIRECT_COPY_PAGE_H

#include "restore/restore.h"

/* A page of native/generation.h for a new copy, in its record; returns a descriptor of it. */
int copy_page_make(const struct restore *restore);

#endif
