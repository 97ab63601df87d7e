/* What layout.c hands to the restorer: all of it checked, and in the restorer's own room. */
#ifndef CRAC_DIRECT_PLAN_H
#define CRAC_DIRECT_PLAN_H

#include "engines/direct/format.h"
#include "page-hints.h"

#include <stdbool.h>

struct plan {
	const struct header *header;
	const struct region *regions;
	const struct extent *extents;
	const struct span *guards;
	const struct mapped_path *files;
	const char *strings;
	const void *auxv;
	int *file_fds;             /* opened, by number of the file */
	int page_file, mark;       /* descriptors */
	struct span kernel[KERNEL_MAX], kernel_to[KERNEL_MAX]; /* where the kernel's own pages are, and will be */
	uint32_t kernel_count;
	const unsigned char *bridge; /* what comes to the program's vDSO's place instead (vdso-bridge.h), or NULL */
	const struct written_run *written; /* pages to be copied at once */
	uint32_t written_count;
	bool code_is_read;         /* what lies in the page file may not become code again once it was written (SELinux) */
	struct span room;          /* where all of this and the restorer are */
	uint64_t end;              /* of what this process has mapped, or may have */
	uint64_t low;              /* KERNEL_ROOM bytes of the room that are not mapped */
	struct handover handover;
};

#define RESTORER_STACK (64u << 10)

#endif
