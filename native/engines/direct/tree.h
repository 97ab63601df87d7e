/* A copy of a program with children: what each of its processes is told of the others. Part of the handover. */
#ifndef CRAC_DIRECT_TREE_H
#define CRAC_DIRECT_TREE_H

#include "direct-calls.h"

#define MEMBERS_MAX 256 /* processes of one program */
#define SHARED_MAX 2048 /* pipes and socket pairs between them */

/* Every process has the same descriptors from `base` on: the two ends of each pipe and pair, then the standard streams of
 * whoever restores; and two pipes, by which they wait for each other (inside/tree.c). */
struct tree_place {
	int count;  /* processes; 0 where there is no tree */
	int member; /* this one's number; 0 is the program */
	int base, end;
	int done[2], meet[2];
	int child_count;
	struct child_pid children[MEMBERS_MAX];
};

#endif
