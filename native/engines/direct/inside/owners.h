#ifndef CRAC_DIRECT_OWNERS_H
#define CRAC_DIRECT_OWNERS_H

#include "inside.h"

void owners_begin(void);
/* In memory that can be read; false where there are too many. */
bool owners_look(uint64_t start, uint64_t end);
/* In a copy, when all threads have their new numbers and none runs yet. */
void owners_renew(void);

#endif
