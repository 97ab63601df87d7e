#define _GNU_SOURCE
#include "supervisor/privileges.h"
#include "base/file.h"
#include "base/say.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(capability) (1ULL << (capability))

/* The capabilities that the engine uses inside a user namespace. Not CAP_SETUID: with it CRIU tries to become uid 0,
 * which the namespace does not have ("Unable to initialize id-s"). Not CAP_NET_ADMIN: the network is not its own. */
static const unsigned long long engine_needs =
	BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_FOWNER) | BIT(CAP_KILL) |
	BIT(CAP_SETPCAP) | BIT(CAP_SYS_CHROOT) | BIT(CAP_SYS_PTRACE) | BIT(CAP_SYS_ADMIN) | BIT(CAP_SYS_TIME) |
	BIT(CAP_CHECKPOINT_RESTORE);

/* The capabilities that CRIU as root cannot do without (the program keeps its own limits, so CAP_SYS_RESOURCE is not
 * among them). */
static const unsigned long long root_needs = BIT(CAP_SETPCAP) | BIT(CAP_NET_ADMIN) | BIT(CAP_SYS_CHROOT) |
					      BIT(CAP_SYS_PTRACE) | BIT(CAP_SYS_ADMIN) | BIT(CAP_SYS_TIME);

static bool get(struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };

	return syscall(SYS_capget, &header, data) == 0;
}

/* Lets the engine that is executed next keep these capabilities although its uid is not 0; the program gets none. */
void keep_engine_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (geteuid() == 0)
		return; /* uid 0 of a namespace has them all by itself */
	if (!get(data))
		die(CRAC_EXIT_NAMESPACE, "cannot read the capabilities: %s", strerror(errno));
	for (int word = 0; word < 2; word++)
		data[word].inheritable = data[word].permitted & (unsigned)(engine_needs >> (32 * word));
	if (syscall(SYS_capset, &header, data) < 0)
		die(CRAC_EXIT_NAMESPACE, "cannot hand capabilities on to the engine: %s", strerror(errno));
	for (int capability = 0; capability < 64; capability++)
		if (engine_needs & BIT(capability))
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
}

static bool in_first_user_namespace(void)
{
	char *map = read_file("/proc/self/uid_map", NULL);
	unsigned first = 1, outer = 1, count = 0;
	bool is_first = !map || (sscanf(map, "%u %u %u", &first, &outer, &count) == 3 && first == 0 && outer == 0 &&
				 count == 4294967295U);

	free(map);
	return is_first;
}

bool has_setfcap(void)
{
	struct __user_cap_data_struct data[2];

	return get(data) && (data[0].effective & (unsigned)BIT(CAP_SETFCAP));
}

/* Returns the mode: root of the machine needs no user namespace; root of a container or of a user namespace that lacks
 * a capability does, like everybody else. */
enum namespace_mode namespace_mode(void)
{
	struct __user_cap_data_struct data[2];
	unsigned long long effective;

	if (geteuid() != 0 || !get(data))
		return MODE_USER;
	effective = data[0].effective | (unsigned long long)data[1].effective << 32;
	return (effective & root_needs) == root_needs && in_first_user_namespace() ? MODE_ROOT : MODE_USER;
}
