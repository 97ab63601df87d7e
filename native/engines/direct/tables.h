/* The tables of direct.img, checked: everything that the restorer believes. */
#ifndef CRAC_DIRECT_TABLES_H
#define CRAC_DIRECT_TABLES_H

#include "engines/direct/format.h"

#include <stddef.h>

struct tables {
	const struct header *header;
	const struct region *regions;
	const struct extent *extents;
	const struct mapped_path *files;
	const struct span *guards;
	const char *strings;
	const unsigned char *auxv, *vdso;
};

/* What is wrong with this content of a direct.img, or NULL; the tables point into it. It is aligned as malloc does. */
const char *tables_read(struct tables *tables, const void *content, size_t length);

#endif
