/* The program's descriptors as they are written down; part of the image, as all memory of this library. */
#ifndef CRAC_DIRECT_DESCRIPTORS_H
#define CRAC_DIRECT_DESCRIPTORS_H

#include "inside.h"
#include "socket-options.h"

#define DESCRIPTORS_MAX 4096
#define WATCHES_MAX 16384
#define TEXT_MAX (4u << 20)

enum kind {
	KIND_STREAM,  /* goes where a standard stream goes */
	KIND_FILE,    /* has a path: a file, a directory, a device */
	KIND_PIPE,    /* one end; `peer` is the other one's number */
	KIND_EVENTFD,
	KIND_TIMERFD,
	KIND_EPOLL,
	KIND_SIGNALFD,
	KIND_SOCKET,  /* bound, listening, or neither */
	KIND_PAIR,    /* one of two connected sockets of the program's own */
	KIND_ENDED,   /* was connected to the outside, or to one that has gone: the end of it is seen */
	KIND_NAMELESS, /* a memory file, or one that was deleted */
	KIND_INOTIFY,
	KIND_TAKEN,    /* is made by another process of the tree (passed.c) */
};

struct socket {
	int domain, type, protocol, backlog;
	bool listens, hung_up, failed /* a read finds an error first */;
	unsigned char shutdown; /* as struct unix_facts has it */
	uint32_t address_length, peer_length;
	unsigned char address[128], peer_address[128];
	struct socket_options options;
};

struct descriptor {
	int number, kind;
	int flags;        /* of the description, without close-on-exec */
	bool close_on_exec, counts_down /* EFD_SEMAPHORE */;
	int same_as;      /* number of another one with the same description, or -1 */
	int peer;         /* or -1 */
	int stream;       /* of KIND_STREAM */
	uint64_t inode, file_inode, position; /* the latter inode is as fdinfo has it, of all anonymous ones the same */
	uint32_t path;    /* in `text` */
	const unsigned char *content; /* content.c; so many bytes */
	uint64_t length;
	struct socket *socket;
	struct nameless *nameless;
	uint64_t timer[4]; /* interval, value */
	int clock, timer_flags;
	uint64_t mask;    /* of KIND_SIGNALFD */
};

struct watch {
	int epoll, number;
	uint32_t events;
	uint64_t data, inode;
};

struct descriptors {
	struct descriptor all[DESCRIPTORS_MAX];
	int count;
	struct watch watches[WATCHES_MAX];
	int watch_count;
	char text[TEXT_MAX];
	uint32_t text_length;
	struct socket sockets[DESCRIPTORS_MAX];
	int socket_count;
};
extern struct descriptors descriptors;

/* A number behind a name in fdinfo, or 0. */
uint64_t info_field(const char *info, const char *name, unsigned base);
struct descriptor *descriptor_of(int number);
uint32_t descriptor_text(const char *text); /* 0 where there is no room */
bool socket_note(struct descriptor *descriptor);
bool pipe_note_content(struct descriptor *descriptor);
void pipe_remake(const struct descriptor *end);
bool watches_note(int epoll, const char *info);
void watches_find(void);
void shared_note(void);
void socket_remake(struct descriptor *descriptor);
/* Connects sockets that send to a name, when all of these are there. */
void sockets_connect(void);

/* closed.c */
bool number_is_closed(int number);
bool file_is_wanted(const struct descriptor *file);
bool socket_is_closed(const struct socket *socket);
void closed_files_bar(void);

/* Puts a descriptor that was made at the number it had. */
void place(const struct descriptor *descriptor, long made);
/* Lifts a descriptor to a number above all of the program's, where it stays until it is put at its own. */
long lift(long made);
/* Returns what the kernel made, or ends the copy with this text. */
long need(long made, const char *what);
void write_whole(long to, const unsigned char *content, uint64_t length);

#endif
