/* Which memory an image can hold. */
#ifndef CRAC_DIRECT_POSSIBLE_H
#define CRAC_DIRECT_POSSIBLE_H

#include "mappings.h"

bool possible_is(const struct mapping *mapping); /* false where not, and the problem is said */
bool possible_is_kernels(const struct mapping *mapping);
bool possible_refuse_shared(const struct mapping *mapping); /* returns false */

#endif
