/* What the parts of the restorer share. */
#ifndef CRAC_RESTORE_H
#define CRAC_RESTORE_H

#include "crac.h"

struct restore_options {
	const char *pid_alias, *cwd, *env_file, *or_run, *policies, *network, *record_sent, *trust;
	struct list moves, engine, published, reached;
	struct list prefixes, ignored; /* files that may have changed, by --allowed-open-prefixes and --ignored-fds */
	char **arguments;
	int timeout;
	bool share_ports, verify;
	const char *signed_by; /* path of the public key that must have signed the image, or NULL */
};

/* restore-options.c: the command line; leaves the image's path in *image */
struct restore_options restore_options(char **argv, const char **image);

/* image.c: its directory, opened once */
struct image image_open(const char *word);
char *image_path_for_others(const struct image *image);
bool image_touched(const struct image *image);
_Noreturn void die_not_yours(const char *path, const char *name, int error);

/* start-over.c: another image got the name while this one was restored */
void start_over_prepare(char **argv, const char *word, const char *place, const struct image *image);
void start_over_if_replaced(void);

/* conf.c: IMAGE/restore.conf, one `key value` a line, written by the checkpoint for this reader */
struct conf {
	const struct image *image;
	char *text;
	struct list keys, values;
};
struct conf conf_read(const struct image *image);
const char *conf_parse(struct conf *conf, char *text, size_t length, size_t *number);
const char *conf_each(const struct conf *conf, const char *key, size_t *at);
const char *conf_get(const struct conf *conf, const char *key);
const char *conf_need(const struct conf *conf, const char *key);
_Noreturn void conf_bad_value(const struct conf *conf, const char *key, const char *value);

/* trust.c: whose image may decide what is executed here */
void trust_image_of(const char *user);
void image_trust(const struct image *image);
void program_trust(const struct conf *conf, const char *key, const char *path);

/* whole.c */
bool file_line(const char *value, long long *size, const char **name);
void image_check(const struct conf *conf);

/* own-files.c */
struct own_file {
	char name[256], modified[40];
	const char *place;
};
bool own_file_parse(const char *line, struct own_file *file);
void own_files_find(struct job *job, const struct conf *conf);

/* policies.c: what is asked about listening sockets */
bool policies_close_port(size_t index);
bool policies_close_some_port(void);

/* ports.c */
struct port {
	int family, number, only6;
	char address[64];
	long offset;
};
bool port_parse(const char *value, struct port *port);
bool port_move(const char *text, int *from, int *to);
bool port_rewrite(char *content, size_t length, const struct port *port, int to);
void ports_check(const struct conf *conf, const struct list *moves, bool share, const char *network);
void ports_move(const struct conf *conf, const struct list *moves, struct job *job);

/* port-locks.c */
void port_lock_add(int port);
void port_locks_take(void);
void ports_release(void);

/* pause.c */
_Noreturn void pause_restore(const struct conf *conf, char **words, const char *image);
/* verify.c: ends the restore of an image that is not as it was made */
void image_verify(const struct restore_options *options, const struct image *image);

/* restore-engine.c: the engine's command line, with a descriptor for everything that comes from outside the image */
void restore_engine(struct job *job, const struct conf *conf, const struct restore_options *options);

/* open-files.c, mapped-files.c: is what the image does not hold still there, and the same? */
struct open_file {
	int process, fd;
	char access[12], modified[40], fingerprint[12];
	long long position, size;
	unsigned uid, gid, mode;
	const char *path;
};
struct mapped_file {
	long long size;
	char modified[40], id[160];
	const char *path;
};
bool open_file_parse(const char *line, struct open_file *file);
bool mapped_file_parse(const char *line, struct mapped_file *file);
void open_files_check(const struct conf *conf, const struct restore_options *options, int program);
void mapped_files_check(const struct conf *conf);
void fingerprint(const char *path, long long position, long long size, char text[12]);
char *build_id(const char *path);
char *build_id_in_notes(const unsigned char *notes, size_t size);

/* protection-keys.c: was the image made before anybody asked for them, by a program that has one? */
void protection_keys_check(const struct conf *conf);
bool protection_key_in(const char *core, size_t length);

/* policies.c */
void policies_read(const char *file, const struct job *job);
const char *policies_decision(size_t index);

/* restore-failed.c: says why, keeps the log; returns the exit code */
int restore_failed(struct job *job, const char *image, int code);

/* or-run.c: --or-run SCRIPT */
void or_run_prepare(const char *script, char **arguments);

#endif
