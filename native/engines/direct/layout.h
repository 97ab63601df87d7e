#ifndef CRAC_ENGINES_DIRECT_LAYOUT_H
#define CRAC_ENGINES_DIRECT_LAYOUT_H

#include "engines/direct/kernel-pages.h"
#include "engines/direct/restorer/plan.h"
#include "engines/direct/tables.h"
#include "engines/direct/written.h"
#include "restore/restore.h"

/* What a restore has read and opened before the restorer begins. */
struct standing {
	struct tables tables;
	int *file_fds, page_file, mark;
	struct kernel_pages kernel;
	struct written written;
};

struct layout {
	void (*enter)(struct plan *plan, void *stack);
	struct plan *plan;
	char *stack;
};

/* Lays out a room where the program has nothing: the restorer, the plan, the tables, descriptors, the stack, and addresses
 * for the kernel's pages. Dies where there is none. `process` is the PID that it had at the dump. */
struct layout layout_make(const struct restore *restore, const struct standing *standing, int process, int payload,
			  int ports, const struct tree_place *tree);

#endif
