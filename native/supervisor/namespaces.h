#ifndef CRAC_SUPERVISOR_NAMESPACES_H
#define CRAC_SUPERVISOR_NAMESPACES_H

#include <stdbool.h>
#include <sys/types.h>

/* The kind of namespaces: root of the machine makes them as itself; everybody else makes a user namespace around them. */
enum namespace_mode { MODE_ROOT, MODE_USER };

/* The way in which a program's namespaces are made. */
struct namespaces {
	enum namespace_mode mode;
	uid_t uid; /* what the program sees as its user and group in MODE_USER */
	gid_t gid;
};

void enter_new_user_namespace(uid_t uid_inside, gid_t gid_inside);
void namespaces_inside(bool mount_proc);

#endif
