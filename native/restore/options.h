#ifndef CRAC_RESTORE_OPTIONS_H
#define CRAC_RESTORE_OPTIONS_H

#include "base/list.h"

#include <stdbool.h>

/* The command line of `crac restore`. */
struct restore_options {
	const char *pid_alias, *cwd, *env_file, *or_run, *policies, *network, *record_sent, *trust;
	struct list moves, engine, published, reached;
	struct list required; /* labels, by --require and CRAC_REQUIRE */
	struct list prefixes, ignored; /* files that may have changed, by --allowed-open-prefixes and --ignored-fds */
	char **arguments;
	int timeout;
	bool share_ports, verify, any_cpu;
	const char *signed_by; /* path of the public key that must have signed the image, or NULL */
};

struct restore_options restore_options(char **argv, const char **image);

#endif
