#ifndef CRAC_DIRECT_DIVISION_H
#define CRAC_DIRECT_DIVISION_H

#include "mappings.h"
#include "v8-range.h"

/* Before the first of these. */
void division_begin(void);
/* Tells whether this memory may be a private mapping of the page file. beside_code: its reservation has executable
 * memory. */
bool division_may_map(const struct mapping *mapping, bool beside_code);
/* Tells whether this mapping of a file is the data of a program that is linked low, as Node's official builds are: it may be
 * such a mapping, and so may what follows it. */
bool division_is_low_data(const struct mapping *mapping);
/* Tells whether it is one already, of the image that this program was restored from. */
bool division_is_mapped(const struct mapping *mapping);

#endif
