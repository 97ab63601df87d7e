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

/* marks-ahead.c: the same from what crac_direct_ahead() has read while the program ran, compared with /proc/self/maps, mapping
 * by mapping. */
void marks_ahead_begin(void);
void marks_ahead_compare(const struct mapping *mapping);
/* Returns false where the marks must be read while all stand still. */
bool marks_ahead_end(void);
/* Lifts the mark of all memory: also of what has been marked since. */
bool marks_ahead_lift(void);

#endif
