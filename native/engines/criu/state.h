#ifndef CRAC_ENGINES_CRIU_STATE_H
#define CRAC_ENGINES_CRIU_STATE_H

#include "base/list.h"

#include <stdbool.h>
#include <time.h>

/* The state of CRIU's restore: what the parent has prepared, and what init has done with it. */
struct criu_state {
	struct list command;     /* its command line; init adds the descriptors that it opens itself */
	const char *page_file;   /* name of the image's page file, or NULL where it has none */
	const char *moved_files; /* what is shown as the image's files.img; NULL for itself */
	const char *kdat;        /* its kernel-feature cache, to be shown at /run/criu.kdat, or NULL */
	char *stubs;             /* LD_PRELOAD of its first start, or NULL */
	const char *log;         /* path of its log */
	time_t since;            /* when it was started the last time */
	bool started;            /* whether init has done what is done once */
};

#endif
