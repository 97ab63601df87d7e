/* One entry of /proc/self/smaps; or of maps, which lacks what is not in the first line. */
#ifndef CRAC_DIRECT_MAPPINGS_H
#define CRAC_DIRECT_MAPPINGS_H

#include "inside.h"

struct mapping {
	uint64_t start, end, offset, device, inode, present; /* bytes in memory or swapped out */
	int protection; /* PROT_… */
	bool is_shared, grows_down, is_locked, is_huge, is_droppable, has_no_reserve, has_key, is_device, is_deleted;
	bool is_special; /* the kernel lets nobody say of it what children have */
	uint32_t advice; /* ADVICE_… */
	char name[4096];
};

/* Reads the entry at *at and moves behind it; false at the end of the text. */
bool mapping_read(const char **at, struct mapping *mapping);

#endif
