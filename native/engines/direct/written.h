#ifndef CRAC_DIRECT_WRITTEN_H
#define CRAC_DIRECT_WRITTEN_H

#include "engines/direct/tables.h"
#include "page-hints.h"

#include <stdbool.h>
#include <sys/stat.h>

struct written {
	struct written_run *runs;
	uint32_t count;
	char *note; /* where this copy is to note them, as the payload's field W says it; NULL if they are known well */
};

/* Reads what the image (a directory), or an earlier copy of it on this machine, says of the memory that `tables` describes. */
struct written written_read(int image, const struct stat *page_file, const struct tables *tables);

#endif
