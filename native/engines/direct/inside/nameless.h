/* Files without a name: memory files, and those that were deleted while they were open. Their content is in the image. */
#ifndef CRAC_DIRECT_NAMELESS_H
#define CRAC_DIRECT_NAMELESS_H

#include "descriptors.h"

#define NAMELESS_MAX 1024

struct nameless {
	uint64_t device, inode, size;
	const unsigned char *content;
	uint32_t path, mode, user, group;
	bool is_memory, is_mapped_only;
	int seals;
	long made; /* in a copy: a descriptor of it that is not the program's */
};
extern struct nameless nameless_files[NAMELESS_MAX];
extern int nameless_count;
char *nameless_link(long fd); /* by which it can be opened once more */

void nameless_begin(void);
/* `path`: as the kernel calls it, without what it says behind. */
bool nameless_note(struct descriptor *descriptor, const char *path, bool is_memory);
struct nameless *nameless_find(uint64_t device, uint64_t inode);
/* One that is mapped, and that no descriptor is open of; its content is kept from its mappings. */
struct nameless *nameless_add_mapped(const char *path, uint64_t device, uint64_t inode);
bool nameless_keep(struct nameless *file, uint64_t offset, const void *from, uint64_t length);
/* nameless-remake.c, in a copy. A descriptor of it, which is closed at the end: */
long nameless_make(struct nameless *file);
void nameless_remake(const struct descriptor *descriptor);
/* When all descriptors of theirs are there. */
void nameless_end(void);

#endif
