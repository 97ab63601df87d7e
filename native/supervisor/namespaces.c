#define _GNU_SOURCE
#include "supervisor/namespaces.h"
#include "base/file.h"
#include "base/list.h"
#include "supervisor/namespace-errors.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

/* Enters a user namespace with one user and one group, known by the numbers that the image has: the program goes on
 * seeing its own uid, and an image can be restored by another user. Supplementary groups stay the caller's and cannot
 * be changed inside. */
void enter_new_user_namespace(uid_t uid_inside, gid_t gid_inside)
{
	char *uid = copyf("%d %d 1\n", (int)uid_inside, (int)geteuid());
	char *gid = copyf("%d %d 1\n", (int)gid_inside, (int)getegid());
	bool was_root = geteuid() == 0;

	if (unshare(CLONE_NEWUSER) < 0)
		die_no_user_namespace(errno);
	if ((write_text("/proc/self/setgroups", "deny") < 0 && errno != ENOENT) || write_text("/proc/self/uid_map", uid) < 0 ||
	    write_text("/proc/self/gid_map", gid) < 0)
		die_no_mapping(errno, was_root);
	free(uid);
	free(gid);
}

/* Mounts what PID 1 of the new namespaces needs: /proc must show this PID namespace. */
void namespaces_inside(bool mount_proc)
{
	if (mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0)
		die_no_mount("make the mounts private", errno);
	if (mount_proc && mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		die_no_mount("mount /proc for the new PID namespace", errno);
}
