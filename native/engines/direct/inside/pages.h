/* Which pages of a mapping have content, and which are guards (MADV_GUARD_INSTALL). */
#ifndef CRAC_DIRECT_PAGES_H
#define CRAC_DIRECT_PAGES_H

#include "mappings.h"

#define REGIONS_MAX 66000

enum pages {
	PAGES_WRITTEN, /* into a private mapping of a file */
	PAGES_PRESENT, /* of anonymous memory */
	PAGES_SHOWN,   /* all that it shows: what lies in an older image's page file, or in a file that is gone, is not in the next one */
};

bool pages_begin(void);
void pages_end(void);
/* Adds runs of what is not zeros, and guards, for the region that the memory gets next. */
bool pages_note(struct memory *memory, const struct mapping *mapping, enum pages which);
/* What is there before `first` is left out. */
bool pages_note_from(struct memory *memory, const struct mapping *mapping, uint64_t first, enum pages which);
bool pages_found(const struct memory *memory); /* for that region */
void pages_forget(struct memory *memory);      /* for that region */
/* Takes room for `scratch`: runs and guards. */
bool pages_take(struct memory *memory);

#endif
