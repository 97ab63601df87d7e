#ifndef CRAC_DIRECT_DIVISION_H
#define CRAC_DIRECT_DIVISION_H

#include "mappings.h"

/* As native/preload/discard.c has it: where V8 asks for its memory. */
#define V8_LOW 0x100000000ull
#define V8_HIGH 0x400000000000ull

/* Whether this memory may be a private mapping of the page file. beside_code: its reservation has executable memory. */
bool division_may_map(const struct mapping *mapping, bool beside_code);
/* Whether it is one already, of the image that this program was restored from. */
bool division_is_mapped(const struct mapping *mapping);

#endif
