#ifndef CRAC_DIRECT_DIVISION_H
#define CRAC_DIRECT_DIVISION_H

#include "mappings.h"

/* The lowest address at which V8 asks for its memory; the same as in native/preload/discard.c. */
#define V8_LOW 0x100000000ull
#define V8_HIGH 0x400000000000ull

/* Tells whether this memory may be a private mapping of the page file. beside_code: its reservation has executable
 * memory. */
bool division_may_map(const struct mapping *mapping, bool beside_code);
/* Tells whether it is one already, of the image that this program was restored from. */
bool division_is_mapped(const struct mapping *mapping);

#endif
