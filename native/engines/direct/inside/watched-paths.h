/* What inotify_add_watch was told: the kernel keeps no path. */
#ifndef CRAC_DIRECT_WATCHED_PATHS_H
#define CRAC_DIRECT_WATCHED_PATHS_H

#include <stdint.h>

struct watched {
	int instance, watch; /* as the kernel numbers them */
	uint32_t mask;
	char *path; /* absolute */
};

/* Of this watch, or NULL. The instance may have another number by now: `after`, the one that was found before. */
const struct watched *watched_find(int instance, int watch);
const struct watched *watched_find_other(int watch, const struct watched *after);

#endif
