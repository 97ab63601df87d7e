#ifndef CRAC_DIRECT_OWNERS_H
#define CRAC_DIRECT_OWNERS_H

#include "inside.h"

/* Begins, before memory is looked through. */
void owners_begin(void);
/* Finds mutexes in the memory that was; returns false where there are too many. */
bool owners_find(const struct memory *memory);
/* Renews them in a copy, when all threads have their new numbers and none runs yet. */
void owners_renew(void);

#endif
