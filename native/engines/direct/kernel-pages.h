#ifndef CRAC_DIRECT_KERNEL_PAGES_H
#define CRAC_DIRECT_KERNEL_PAGES_H

#include "engines/direct/tables.h"

/* [vdso] and [vvar]: the kernel's own code and data in every process. */
struct kernel_pages {
	struct span now[KERNEL_MAX], to[KERNEL_MAX]; /* where they are in this process, and will be in the program */
	uint64_t highest; /* the end of the last of all mappings */
	uint32_t count, vdso;
	/* Where this kernel has another vDSO than the program's, or does not let its own be moved: what the program will
	 * have in its vDSO's place, as long as that (vdso-bridge.h); else NULL. */
	unsigned char *bridge;
};

/* Dies where the program cannot live with this kernel's pages. */
void kernel_pages_find(const char *image, const struct tables *tables, struct kernel_pages *pages);

#endif
