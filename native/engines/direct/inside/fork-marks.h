/* Memory that V8 keeps from children (MADV_DONTFORK), mapping by mapping: the snapshot's child must have it, and no other. */
#ifndef CRAC_DIRECT_FORK_MARKS_H
#define CRAC_DIRECT_FORK_MARKS_H

#include "mappings.h"

/* Notes the marks of the mappings that it is called with, in their order. Takes room of `scratch` at the beginning. */
bool fork_marks_begin(void);
void fork_marks_note(const struct mapping *mapping);
/* Lifts them. False, with all as it was, where they could not be put back afterwards: `problem` says why. */
bool fork_marks_lift(void);
void fork_marks_put_back(void);

#endif
