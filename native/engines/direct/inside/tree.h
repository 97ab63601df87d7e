/* This process as one of several that are dumped and restored together: descriptors that lead to another one. */
#ifndef CRAC_DIRECT_INSIDE_TREE_H
#define CRAC_DIRECT_INSIDE_TREE_H

#include "descriptors.h"

/* A descriptor that is made for all processes together, and given to this one. */
struct given {
	int number, slot; /* from tree_place.base on */
	bool leads;       /* this process puts back what it held, and its settings */
	bool is_stream;   /* a standard stream of whoever restores */
	bool is_taken;    /* from the process that makes it (passed.c) */
	bool is_passed;   /* this process makes it, and the others take it */
};

/* Returns what is given for this number, or NULL; what is passed is not given. */
const struct given *given_of(int number);
/* Tells where this number is passed to others, or returns NULL. */
const struct given *passed_of(int number);
/* The slots over which is passed: pairs, of each the first end to give and the second to take. */
struct slots {
	int from, to;
} passing_slots(void);

/* The number of this process in its tree; 0 where it is alone, or the program. */
int tree_member(void);
bool tree_is_one(void);
/* Forgets who stood together in the dump before. */
void tree_end(void);

/* In a copy: puts a descriptor in its place, with what it held. */
void given_remake(const struct descriptor *descriptor);
/* In a copy, when all else is there: gives to the others what this process has made for them, and takes what they have. */
void passed_exchange(void);
/* Ends where another process has failed, and has said so; the program itself as a restore that has failed. */
_Noreturn void tree_end_with_others(void);
/* Waits until all processes of the copy have come so far; ends this one where one of them has not. Then what is set of
 * the pipes and pairs. */
void tree_meet(void);

#endif
