#define _GNU_SOURCE
#include "supervisor/namespace-errors.h"
#include "base/file.h"
#include "base/say.h"
#include "base/seccomp.h"
#include "supervisor/around.h"
#include "supervisor/privileges.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Why this machine refuses a namespace to an ordinary user, by name, and what allows it. */

static bool setting_is(const char *path, const char *value)
{
	char *text = read_file(path, NULL);
	bool is;

	if (!text)
		return false;
	text[strcspn(text, "\n")] = '\0';
	is = strcmp(text, value) == 0;
	free(text);
	return is;
}

#define MAX_USER_NAMESPACES "/proc/sys/user/max_user_namespaces"
#define CLONE_SETTING "/proc/sys/kernel/unprivileged_userns_clone"
#define APPARMOR_SETTING "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"

static _Noreturn void die_setting(const char *what, const char *name, const char *bad, const char *good)
{
	die(CRAC_EXIT_NAMESPACE,
	    "cannot make %s: this machine has %s=%s, which forbids it to ordinary users. As root, allow it with\n"
	    "  sysctl -w %s=%s\n"
	    "(to keep it: echo %s=%s > /etc/sysctl.d/90-crac.conf), or run crac as root",
	    what, name, bad, name, good, name, good);
}

_Noreturn void die_no_user_namespace(int error)
{
	if (error == ENOSPC && setting_is(MAX_USER_NAMESPACES, "0"))
		die_setting("a user namespace", "user.max_user_namespaces", "0", "15000");
	if (error == ENOSPC)
		die(CRAC_EXIT_NAMESPACE,
		    "cannot make a user namespace: the limit user.max_user_namespaces is reached, here or in the namespace around\n"
		    "this one. As root of the machine, raise it with\n"
		    "  sysctl -w user.max_user_namespaces=15000\n"
		    "or end programs that hold some: lsns -t user");
	if (error == EPERM && setting_is(CLONE_SETTING, "0"))
		die_setting("a user namespace", "kernel.unprivileged_userns_clone", "0", "1");
	if (error == EINVAL)
		die(CRAC_EXIT_NAMESPACE,
		    "cannot make a user namespace: this kernel is built without CONFIG_USER_NS; run crac as root");
	if (error == EPERM && !under_seccomp_filter())
		die(CRAC_EXIT_NAMESPACE,
		    "cannot make a user namespace: %s. A chroot or a security module forbids it, no seccomp profile is at work: run\n"
		    "crac outside of the chroot, or as root with CAP_SYS_ADMIN",
		    strerror(error));
	die(CRAC_EXIT_NAMESPACE,
	    "cannot make a user namespace: %s. The container's seccomp profile forbids it; allow it with\n"
	    "%s\n"
	    "or run crac as root with CAP_SYS_ADMIN",
	    strerror(error),
	    container_lines(NEEDS_SECCOMP | NEEDS_PROC | (geteuid() == 0 && !has_setfcap() ? NEEDS_SETFCAP : 0)));
}

_Noreturn void die_no_pid_namespace(int error)
{
	if (error == EPERM && under_seccomp_filter())
		die(CRAC_EXIT_NAMESPACE,
		    "cannot make a PID namespace: %s. The container's seccomp profile forbids it; allow it with\n%s", strerror(error),
		    container_lines(NEEDS_SECCOMP));
	die(CRAC_EXIT_NAMESPACE,
	    "cannot make a PID namespace: %s; this needs CAP_SYS_ADMIN, or user namespaces for an ordinary user",
	    strerror(error));
}

/* Since Linux 5.12 only a root with CAP_SETFCAP may map itself into a new user namespace (user_namespaces(7)). */
_Noreturn void die_no_mapping(int error, bool root)
{
	if (error == EPERM && root)
		die(CRAC_EXIT_NAMESPACE,
		    "cannot map root into its user namespace: this root has neither CAP_SYS_ADMIN nor CAP_SETFCAP. Give it one\n"
		    "%s\n"
		    "or run crac as an ordinary user",
		    container_lines(NEEDS_SETFCAP | NEEDS_PROC));
	if (setting_is(APPARMOR_SETTING, "1"))
		die_setting("a user namespace with its mapping", "kernel.apparmor_restrict_unprivileged_userns", "1", "0");
	die(CRAC_EXIT_NAMESPACE, "cannot map the user into its user namespace: %s; run crac as root with CAP_SYS_ADMIN",
	    strerror(error));
}

_Noreturn void die_no_mount(const char *what, int error)
{
	if (error != EBUSY && setting_is(APPARMOR_SETTING, "1"))
		die_setting("a mount in a user namespace", "kernel.apparmor_restrict_unprivileged_userns", "1", "0");
	if (!proc_is_masked())
		die(CRAC_EXIT_NAMESPACE,
		    "cannot %s: %s. A seccomp profile or a security module forbids mounts here; allow it with\n%s", what,
		    strerror(error), container_lines(NEEDS_SECCOMP));
	die(CRAC_EXIT_NAMESPACE,
	    "cannot %s: %s. Parts of /proc are masked here, as in a container; allow it with\n%s", what,
	    strerror(error), container_lines(NEEDS_PROC));
}
