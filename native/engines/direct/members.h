#ifndef CRAC_ENGINES_DIRECT_MEMBERS_H
#define CRAC_ENGINES_DIRECT_MEMBERS_H

#include "engines/direct/layout.h"

#include <stdbool.h>

/* The processes of an image: the program, and its children, each with files of its own (image-name.h). */
struct member {
	int parent, was; /* the number of its parent; its PID at the dump */
	bool leads_session, leads_group; /* its own, which it has made by setsid or setpgid; else it stands in its parent's */
	struct standing standing;
};

struct members {
	struct member all[MEMBERS_MAX];
	int count;      /* 1 where the program was alone */
	int pipes, pairs; /* between them */
};

/* Reads one line; `number` is the one that it must have. */
bool member_parse(const char *line, int number, struct member *member);

/* Reads the tree from restore.conf. Dies where it is none. */
void members_read(const struct restore *restore, struct members *members);

/* Makes what they share and all processes below this one. Returns in each, with its number and the place that it is handed
 * over. To be called by the program's process, when all files are open. */
int members_start(const struct restore *restore, const struct members *members, struct tree_place *place);

#endif
