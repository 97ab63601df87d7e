#ifndef CRAC_DIRECT_OWNERS_H
#define CRAC_DIRECT_OWNERS_H

#include "inside.h"

/* Before memory is looked through. */
void owners_begin(void);
/* In the memory that was; false where there are too many. */
bool owners_find(const struct memory *memory);
/* In a copy, when all threads have their new numbers and none runs yet. */
void owners_renew(void);

#endif
