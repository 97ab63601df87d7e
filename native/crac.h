/* What the parts of the launcher share. One process of it stands outside the program's
 * namespaces (the parent), one is PID 1 inside them (init). */
#ifndef CRAC_H
#define CRAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#define CRAC_EXIT_USAGE 2
#define CRAC_EXIT_UNKNOWN 4 /* `crac explain` knows no cause */
#define CRAC_EXIT_ENGINE 70
#define CRAC_EXIT_NAMESPACE 71
#define CRAC_EXIT_IMAGE 72
#define CRAC_EXIT_PORT 73
#define CRAC_EXIT_TIMEOUT 74

/* say.c: messages on standard error, each ending in what to do next */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void die(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
extern void (*before_dying)(void); /* called by die() first; it may end the process in another way */

/* printable.c */
char *printable(const char *text, bool lines);

/* or-run.c: called by die(), and when a restore has failed */
void start_cold_instead(void);

/* list.c: a growing argv */
struct list {
	char **items;
	size_t count;
};
void list_add(struct list *list, const char *item);
void list_addf(struct list *list, const char *format, ...) __attribute__((format(printf, 2, 3)));
void list_add_all(struct list *list, const struct list *more);
char *copyf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* file.c */
#define STREAM_MAX (16 << 20)
char *read_file(const char *path, size_t *length);
char *read_file_at(int directory, const char *path, size_t *length);
char *read_stream(const char *path, size_t *length);
void write_file(const char *directory, const char *name, const char *content);
void remove_directory(const char *path);

/* deadline.c */
long long milliseconds(void);
void deadline_begin(int seconds);
void deadline_watch_no_more(void);
int deadline_left(void);
long long deadline_when(void);
void deadline_is(long long when);
bool deadline_over(void);
_Noreturn void die_late(const char *what);
bool child_ends_within(pid_t child, int limit);
bool wait_for_child(pid_t child, int limit, int *status);

/* scan.c */
bool scan_number(const char **at, long long low, long long high, long long *number);
bool scan_word(const char **at, char *word, size_t room);
bool is_file_name(const char *name);

/* signals.c */
void unblock_signals(void);
void signal_all_inside(int number);

/* record.c: the directory that tells `crac ps` and `crac checkpoint` about a running program */
const char *runtime_directory(void);
char *record_create(const char *image);
void record_adopt(const char *record);
void record_forget(void);

/* namespaces.c */
enum namespace_mode { MODE_ROOT, MODE_USER };
int write_text(const char *path, const char *text); /* of the kernel: one write */
void enter_new_user_namespace(uid_t uid_inside, gid_t gid_inside);
void namespaces_inside(bool mount_proc);
void set_last_pid(int last);
void set_time_offsets(const char *offsets);
int enter_main(int argc, char **argv);

/* privileges.c */
enum namespace_mode namespace_mode(void);
void keep_engine_capabilities(void);

/* forbidden.c */
_Noreturn void die_no_user_namespace(int error);
_Noreturn void die_no_mapping(int error, bool root);
_Noreturn void die_no_mount(const char *what, int error);

/* try-again.c: called by PID 1 when the engine has failed: another one may succeed, or tell more */
struct job;
bool may_try_again(struct job *job, time_t since);
char *restore_logs(const struct job *job);

/* first-pid.c */
#define PID_DRAWN -1
pid_t fork_program(int min_pid);
void draw_next_pid(void);
double pid_offset(const char *asked, pid_t pid);

/* lock-wait.c */
char *lock_waited_for(int init);

/* mark.c: the page by which every process of the tree knows which copy it is (native/generation.h) */
void mark_show(const struct job *job, pid_t program);
void mark_program(void);

/* stdio.c */
void stdio_reopen_inside(void);
void stdio_nonblocking(int fd);
void stdio_after_program(void);

/* messages between the parent and init, over a SOCK_SEQPACKET pair */
enum message_kind { MESSAGE_READY, MESSAGE_STARTED, MESSAGE_ENDED, MESSAGE_FAILED, MESSAGE_SIGNAL, MESSAGE_WAKE };
struct message {
	int kind;
	int value;
};

/* network.c: a network of the program's own, and the ports by which it is reached */
#define PUBLISHED_MAX 32
struct published {
	int listener, inside;
};
/* What a program in a network of its own reaches of this machine: inside something listens at the same address. */
#define REACHED_MAX 128
struct reached {
	struct sockaddr_storage address;
	socklen_t length;
};
struct network {
	struct reached reached[REACHED_MAX];
	size_t reached_count;
	int reach_socket; /* hands the listening sockets of the inside out to the relay, or -1 */
	const char *record_sent; /* a directory for what the program sends there, or NULL */
	const char *where; /* NULL: the caller's; `private`; or the path of a network namespace */
	struct published published[PUBLISHED_MAX];
	size_t count;
	int go;
};
void network_prepare(struct network *network, const char *where, const struct list *published);
socklen_t network_address(char *text, int port, struct sockaddr_storage *where);
void network_enter(const struct network *network);
void network_open(const struct network *network);
void network_leave(const struct network *network);

/* reach.c: --reach, from the inside of a network of its own to this machine */
void reach_prepare(struct network *network, const struct list *reached, const char *record_sent);
void reach_begin(struct network *network);
void reach_listen(struct network *network);

/* relay.c */
int relay_until_ended(const struct network *network, pid_t init);

/* An image's directory (image.c, restore.h) */
struct image {
	const char *word; /* as it was named */
	const char *path;
	int fd;
	struct stat opened;
};

/* A program to supervise: what init must do once it stands inside the namespaces. */
struct job {
	enum namespace_mode mode;
	uid_t uid; /* what the program sees as its user and group in MODE_USER */
	gid_t gid;
	const char *record;      /* the record directory */
	const char *time_offsets; /* "MONOTONIC_SEC MONOTONIC_NSEC BOOT_SEC BOOT_NSEC" of the image, or NULL */
	struct list agent;       /* command that carries out a checkpoint asked for from inside */
	int checkpoint_signal;   /* signal to the parent that asks for a checkpoint, or 0 */
	int timeout;             /* seconds the engine may take, 0 for no limit */
	struct image image;
	const struct conf *conf;
	const char *page_file;   /* name of the image's page file, or NULL where it has none */
	const char *moved_files; /* what is shown to the engine as the image's files.img; NULL for itself */
	char *stand_ins;         /* LD_PRELOAD of the engine's first attempt, or NULL */
	const char *kdat;        /* the engine's kernel-feature cache to show at /run/criu.kdat, or NULL */
	struct list own;         /* names of copies of this package's files in the image, and where to mount each, by turns */
	const char *pid_alias;   /* --pid-alias, or NULL */
	const char *mark;        /* where the image expects the mark, or NULL: beside this binary */
	struct network network;
	/* launch */
	struct list program;
	int min_pid;             /* or PID_DRAWN */
	/* restore */
	struct list engine;      /* the engine's command line */
	int mailbox;             /* what the restored program waits for (payload.c) */
	int root_pid;            /* PID of the restored program inside the namespace */
	const char *log;         /* the engine's log, read into log_text before the record is removed */
	char *log_text;
	int init;                /* PID of the namespace's init as seen from outside */
	int interrupted;         /* signal that ended a restore before the program ran, or 0 */
	void (*started)(struct job *job); /* called by the parent once the program runs, or NULL */
};

/* supervise.c */
int supervise(struct job *job);
_Noreturn void end_by_signal(int number);
_Noreturn void init_run(struct job *job, int control);

/* broker.c: the parent's socket that the program and the agent talk to */
#define PARKED_MAX 64
int broker_listen(const char *record);
void broker_serve(int listener, struct job *job, bool *checkpointed);
int broker_held(void);
void broker_hold_ended(int control);

/* page-file.c */
bool page_file_hand(struct job *job);

/* own-files.c */
void own_files_show(const struct job *job);

/* image.c: a path by the descriptor */
char *image_path(const struct image *image, const char *name);
void image_leave(const struct image *image, char **back);
void image_enter(struct image *image, char *back);

/* whole.c */
bool image_still_whole(const struct conf *conf);

/* kdat.c */
const char *kdat_find(const char *criu);
void kdat_warm(const char *criu);

/* policies.c: what is asked about listening sockets */
bool policies_close_port(size_t index);
bool policies_close_some_port(void);

/* ports.c: as bind(2), but for a port that is taken it looks again for up to a second */
struct sockaddr;
bool bind_soon(int fd, const struct sockaddr *where, unsigned length);

/* payload.c: what the caller hands to the restored program, in the mailbox it wakes up to */
int payload_make(const char *record, const char *cwd, const char *env_file, char **arguments);
void payload_release(int fd);
const char *payload_environment(FILE *file, char *text, size_t length, const char **where);

/* pump.c */
int pump_stdin_if_needed(bool pipe_needed);
int pump_output(int to, bool terminal);
void pump_started(void);
bool pump_reads_stdin(void);
void pump_finish(int limit);

/* agent.c */
void agent_start(struct job *job, const char *request);
char *own_script(void); /* of the `crac` that this binary belongs to; NULL where there is none */
int agent_run(const struct job *job, int limit, const char *purpose, ...);

/* probe.c: what `crac doctor` asks */
int probe_main(int argc, char **argv);
int files_main(int argc, char **argv);

/* drain.c: connections that come in while the engine works */
void drain_add(const char *listener);
void drain(void);

int launch_main(int argc, char **argv);
int restore_main(char **argv, const char *image);
int restore_again(char **argv);

#endif
