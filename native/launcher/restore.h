/* What the parts of the restorer share. */
#ifndef CRAC_RESTORE_H
#define CRAC_RESTORE_H

#include "crac.h"

struct restore_options {
	const char *cwd, *env_file, *or_run, *network;
	struct list moves, engine, published;
	char **arguments;
	int timeout;
	bool share_ports;
};

/* restore-options.c: the command line; leaves the image's path in *image */
struct restore_options restore_options(char **argv, const char **image);

/* restore-engine.c: the engine's command line, with a descriptor for everything that comes from outside the image */
void restore_engine(struct job *job, const struct conf *conf, const struct restore_options *options, const char *images);

/* restore-failed.c: says why, keeps the log; returns the exit code */
int restore_failed(struct job *job, const char *image, int code);

/* or-run.c: --or-run SCRIPT */
void or_run_prepare(const char *script, char **arguments);

#endif
