/* Between the addon and native/engines/direct/inside (direct.so), whose functions it finds by dlsym: crac_direct_dump,
 * crac_direct_snapshot, crac_direct_release, crac_direct_end, crac_direct_problem, crac_direct_payload, crac_direct_tree,
 * crac_direct_children, crac_direct_ahead. */
#ifndef CRAC_DIRECT_CALLS_H
#define CRAC_DIRECT_CALLS_H

#include <stdbool.h>

#define SLOTS_MAX 64
#define EXCLUDED_MAX 8

/* A descriptor that goes where a standard stream goes. */
struct slot {
	int fd, stream;
};

struct excluded {
	int fds[EXCLUDED_MAX]; /* not the program's */
	int count;
	struct slot slots[SLOTS_MAX];
	int slot_count;
};

enum direct_outcome {
	DIRECT_FAILED,   /* the problem says why; the program goes on */
	DIRECT_WRITTEN,  /* all threads stand still, until they are released */
	DIRECT_SNAPSHOT, /* a child writes the image; the program goes on */
	DIRECT_ALONE,    /* there can be no such child, the problem says why; the program goes on */
	DIRECT_RESTORED, /* a copy; the payload is a descriptor of what was handed over */
};

/* directory: of the new image; generation: the path of the page of native/generation.h. */
typedef enum direct_outcome direct_dump(const char *directory, const char *generation, const struct excluded *excluded);
/* socket: where the child hears of the directory, and says what has become of the image; writer: its number. */
typedef enum direct_outcome direct_snapshot(const char *socket, const char *generation, const struct excluded *excluded, int *writer);
typedef void direct_release(void);
typedef void direct_end(void); /* of the program, whose image is written */
typedef const char *direct_problem(void);
typedef int direct_payload(void);

/* Reads what takes a while and need not be of the moment, while the program runs, in a thread of its own; or, where nothing is
 * wanted, forgets it. It holds for the next snapshot. */
typedef void direct_ahead(bool wanted);

/* Tells this process which one of several it is, and which descriptors lead to the others (inside/tree.c); false where the
 * text is none of that. The dump that follows is of a tree. */
typedef bool direct_tree(const char *text);
/* The PID of a child at the dump, and in a copy. */
struct child_pid {
	int was, now;
};

/* In a copy, once: the children of this process. Returns how many there are. */
typedef int direct_children(const struct child_pid **children);

#endif
