#ifndef CRAC_ADDON_WRITTEN_PAGES_H
#define CRAC_ADDON_WRITTEN_PAGES_H

#include "page-hints.h"

#include <stdbool.h>
#include <stddef.h>

struct written_pages {
	struct written_run all[WRITTEN_RUNS];
	size_t count, pages;
};

/* Finds them; false where there are more than is worth it. */
bool written_pages_find(struct written_pages *runs);

#endif
