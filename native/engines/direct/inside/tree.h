/* This process as one of several that are dumped and restored together: descriptors that lead to another one. */
#ifndef CRAC_DIRECT_INSIDE_TREE_H
#define CRAC_DIRECT_INSIDE_TREE_H

#include "descriptors.h"

/* A descriptor that is made for all processes together, and given to this one. */
struct given {
	int number, slot; /* from tree_place.base on */
	bool leads;       /* this process puts back what it held, and its settings */
	bool is_stream;   /* a standard stream of whoever restores */
};

/* Returns what is given for this number, or NULL. */
const struct given *given_of(int number);

/* The number of this process in its tree; 0 where it is alone, or the program. */
int tree_member(void);
bool tree_is_one(void);
/* Forgets who stood together in the dump before. */
void tree_end(void);

/* In a copy: puts a descriptor in its place, with what it held. */
void given_remake(const struct descriptor *descriptor);
/* Waits until all processes of the copy have come so far; ends this one where one of them has not. Then what is set of
 * the pipes and pairs. */
void tree_meet(void);

#endif
