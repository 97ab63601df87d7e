#define _GNU_SOURCE
#include "supervisor/around.h"
#include "base/file.h"
#include "base/list.h"
#include "supervisor/privileges.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The container around this process, and what it must be given, in the words of its runtime. `crac doctor` has the same
 * settings in src/command/doctor/settings.ts, and finds the runtime by the same signs (src/command/doctor/container.ts). */

#define PROFILE "crac-seccomp.json"
#define TO_NODES "   # to /var/lib/kubelet/seccomp/ of each node"

enum runtime { DOCKER, PODMAN, KUBERNETES };

static bool restores;

void around_for_restore(void)
{
	restores = true;
}

static bool contains(const char *path, const char *words)
{
	char *text = read_file(path, NULL);
	bool found = text && strstr(text, words);

	free(text);
	return found;
}

static enum runtime runtime(void)
{
	if (getenv("KUBERNETES_SERVICE_HOST") || contains("/proc/self/cgroup", "kubepods"))
		return KUBERNETES;
	if (access("/run/.containerenv", F_OK) == 0 || contains("/proc/self/cgroup", "libpod"))
		return PODMAN;
	return DOCKER;
}

/* Tells whether an empty directory is one on which the kernel lets a file system be mounted without calling /proc
 * masked. */
static bool is_harmless(const char *point)
{
	return strncmp(point, "/proc/sys/fs/binfmt_misc ", 25) == 0 || strncmp(point, "/proc/fs/nfsd ", 14) == 0;
}

bool proc_is_masked(void)
{
	char *text = read_file("/proc/self/mountinfo", NULL);
	bool masked = false;

	for (const char *at = text; at && !masked && (at = strstr(at, " /proc/")); at++)
		masked = !is_harmless(at + 1);
	free(text);
	return masked;
}

/* Writes the command that makes a profile: what a restore needs of system calls depends on its way, in a user namespace
 * or with capabilities. */
static char *make_profile(const char *comment)
{
	return copyf("  crac doctor --seccomp-profile %s > " PROFILE "%s\n",
		     namespace_mode() == MODE_ROOT ? "capabilities" : "user", comment);
}

static char *in_kubernetes(bool seccomp, bool proc, bool setfcap)
{
	char *context = copyf("  securityContext: { %s%s%s%s%s }", setfcap ? "capabilities: { add: [SETFCAP] }" : "",
			      setfcap && (seccomp || proc) ? ", " : "",
			      !seccomp ? "" :
			      restores ? "seccompProfile: { type: Localhost, localhostProfile: " PROFILE " }" :
					 "seccompProfile: { type: Unconfined }",
			      seccomp && proc ? ", " : "", proc ? "procMount: Unmasked" : "");

	return copyf("%s%s%s", seccomp && restores ? make_profile(TO_NODES) : "",
		     proc ? "  hostUsers: false   # of the pod\n" : "", context);
}

/* Returns the lines that give the container what it needs, each indented; what is there already is not named. A restore
 * goes on under a profile of its own, a checkpoint under none (docs/doctor.md). */
char *container_lines(unsigned needs)
{
	enum runtime by = runtime();
	bool seccomp = needs & NEEDS_SECCOMP, proc = (needs & NEEDS_PROC) && proc_is_masked(), setfcap = needs & NEEDS_SETFCAP;

	if (by == KUBERNETES)
		return in_kubernetes(seccomp, proc, setfcap);
	return copyf("%s  %s run%s%s%s …", seccomp && restores ? make_profile("") : "", by == PODMAN ? "podman" : "docker",
		     setfcap ? " --cap-add SETFCAP" : "",
		     !seccomp ? "" :
		     restores ? " --security-opt seccomp=" PROFILE :
				" --security-opt seccomp=unconfined",
		     !proc ? "" : by == PODMAN ? " --security-opt unmask=ALL" : " --security-opt systempaths=unconfined");
}
