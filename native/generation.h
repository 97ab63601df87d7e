/* The generation page: a page that every process of a program's tree has mapped from one and the same path (native/build/mark),
 * where the launcher mounts a file of each run's and each restore's own. So a restored process sees another `copy`
 * with its first instruction, in every thread and child, without being told and without a system call. Numbers are
 * doubles: JavaScript reads them where they stand (src/program/fixups/generation.ts). */
#ifndef CRAC_GENERATION_H
#define CRAC_GENERATION_H

/* Names another path of the page, for a program without namespaces (engine `direct`): there the page is in
 * its record directory, and children are given this variable at exec (native/preload/carry.c). A copy's children that were
 * in its image have pages of their own, with their PIDs. */
#define GENERATION_VARIABLE "CRAC_GENERATION"

#define GENERATION_SIZE 4096
#define GENERATION_GATE_OFFSET 8

/* The gate's states: who may draw randomness from OpenSSL. */
#define GATE_OPEN 0
#define GATE_POOL_CLOSED 1 /* all but the program's thread pool: the loop delivers what the pool has drawn already */
#define GATE_CLOSED 2      /* only the program's main thread, which is about to stand still for a dump */

struct generation {
	double copy;       /* a whole number drawn anew for each run and each restore; 0 outside of a tree */
	double gate;       /* GATE_… */
	double program;    /* PID, inside, of the process that is checkpointed */
	char record[GENERATION_SIZE - 48]; /* the record directory, NUL-terminated */
	double member; /* of a copy of a tree by the engine `direct`: the PID of the child of `program` that has this page; else 0 */
	double pid_namespace; /* of a program without a parent of ours: the inode of the namespace that `program` counts in */
	double pid_offset; /* what process.pid has more than the kernel's number: --pid-alias (src/program/fixups/pid-alias.ts) */
};

_Static_assert(sizeof(struct generation) == GENERATION_SIZE, "the generation page is one page of the smallest page size");

#endif
