#ifndef CRAC_DIRECT_ADVICE_H
#define CRAC_DIRECT_ADVICE_H

#include "engines/direct/format.h"

/* Tells the kernel again what the program has advised it of a region (madvise, mlock), but for MADV_DONTFORK, which regions
 * get together. Negative where memory cannot be locked. */
long region_advise(const struct region *region);
/* At last: nothing can be changed of it then. */
void region_seal(const struct region *region);

#endif
