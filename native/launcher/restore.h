/* What the parts of the restorer share. */
#ifndef CRAC_RESTORE_H
#define CRAC_RESTORE_H

#include "crac.h"

struct restore_options {
	const char *pid_alias, *cwd, *env_file, *or_run, *policies, *network;
	struct list moves, engine, published;
	struct list prefixes, ignored; /* files that may have changed, by --allowed-open-prefixes and --ignored-fds */
	char **arguments;
	int timeout;
	bool share_ports, verify;
	const char *signed_by; /* path of the public key that must have signed the image, or NULL */
};

/* restore-options.c: the command line; leaves the image's path in *image */
struct restore_options restore_options(char **argv, const char **image);

/* verify.c: ends the restore of an image that is not as it was made */
void image_verify(const struct restore_options *options, const char *image);

/* restore-engine.c: the engine's command line, with a descriptor for everything that comes from outside the image */
void restore_engine(struct job *job, const struct conf *conf, const struct restore_options *options, const char *images);

/* open-files.c, mapped-files.c: is what the image does not hold still there, and the same? */
void open_files_check(const struct conf *conf, const struct restore_options *options, const char *image);
void mapped_files_check(const struct conf *conf);
void fingerprint(const char *path, long long position, long long size, char text[12]);
char *build_id(const char *path);

/* protection-keys.c: was the image made before anybody asked for them, by a program that has one? */
void protection_keys_check(const struct conf *conf, const char *image);

/* policies.c */
void policies_read(const char *file, const struct job *job, const char *image);
const char *policies_decision(size_t index);

/* restore-failed.c: says why, keeps the log; returns the exit code */
int restore_failed(struct job *job, const char *image, int code);

/* or-run.c: --or-run SCRIPT */
void or_run_prepare(const char *script, char **arguments);

#endif
