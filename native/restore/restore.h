/* The room `restore`: reads and checks an image. All of it runs in the parent, before there is another process, but for
 * package_files_show() and payload_release(), which init calls, and image_leave() and image_enter(), which the intermediate
 * process calls. */
#ifndef CRAC_RESTORE_RESTORE_H
#define CRAC_RESTORE_RESTORE_H

#include "base/list.h"
#include "network/network.h"
#include "restore/conf.h"
#include "restore/image.h"
#include "restore/options.h"
#include "supervisor/generation-page.h"
#include "supervisor/namespaces.h"

/* One restore, as it is known in the parent and in what that forks. An engine keeps its own state to itself. */
struct restore {
	const struct engine *engine; /* native/engines/engine.h */
	struct restore_options options;
	struct image image;
	struct conf conf;
	int program;        /* PID of the restored program, inside where the engine needs namespaces */
	const char *record; /* the record directory */
	struct list agent;  /* the `crac` that checkpoints, explains and reads policies; empty where it is gone */
	const char *cwd;    /* what the program's working directory becomes */
	int mailbox;        /* what the restored program waits for (payload.h) */

	/* The namespaces, only where the engine needs them. */
	struct namespaces namespaces;
	struct network network;
	struct generation_page generation;
	struct list own;    /* copies of this package's files: name in the image and place to mount it, by turns */

	/* The way in which it has failed. */
	int interrupted;    /* signal that ended it before the program ran, or 0 */
	char *log;          /* what is known of the engine's failure, or NULL */
	struct list errors; /* the lines of it that tell of errors */
};

#endif
