/* The image of the engine `direct`: direct.img (this header, then its tables) beside the page file. Written by the
 * program itself, read by the loader (load.c), which checks it, and then by the restorer. */
#ifndef CRAC_DIRECT_FORMAT_H
#define CRAC_DIRECT_FORMAT_H

#include "context.h"
#include "tree.h"

#include <stddef.h>
#include <stdint.h>

#define DIRECT_IMAGE "direct.img"
#define DIRECT_MAGIC 0x6372616364697265ull
#define DIRECT_FORMAT 3 /* with a tree */
#define DIRECT_FORMAT_ALONE 2 /* its handover ends before `tree` */
#define DIRECT_FORMAT_OLDEST 1 /* its handover ends before `ports` */
#define PAGE_FILE_NAME "crac-memory.img" /* native/preload/discard.c knows it */
#define LENGTH_MAX (64u << 20)
#define KERNEL_MAX 6 /* [vdso] and [vvar] in their parts */
#define KERNEL_ROOM (64 * PAGE)

enum region_kind {
	REGION_EMPTY, /* anonymous, no content */
	REGION_COW,   /* a private mapping of the page file, from `offset` on */
	REGION_READ,  /* anonymous; its content is read by extents */
	REGION_FILE,  /* a mapping of file number `file`; extents hold what was written into it */
	REGION_MARK,  /* the page of native/generation.h: the new copy's */
};

/* Bits of `advice`. */
#define ADVICE_DONTFORK 1
#define ADVICE_DONTDUMP 2
#define ADVICE_WIPEONFORK 4
#define ADVICE_HUGEPAGE 8
#define ADVICE_NOHUGEPAGE 16
#define ADVICE_MERGEABLE 32
#define ADVICE_LOCKED 64
#define ADVICE_SEQUENTIAL 128
#define ADVICE_RANDOM 256
#define ADVICE_ON_FAULT 512 /* of ADVICE_LOCKED */
#define ADVICE_SEALED 1024

struct region {
	uint64_t start, end, offset;
	uint32_t protection, flags; /* as of mmap */
	uint32_t kind, file, advice, written; /* has extents */
};

/* A part of the page file's start; the parts stand one behind the other. */
struct extent {
	uint64_t address, length;
};

struct mapped_path {
	uint64_t size;
	uint32_t path, writable; /* mapped shared, to be written */
};

struct span {
	uint64_t start, end;
};

/* The fields of the kernel's struct prctl_mm_map that are addresses, in its order. */
#define MM_FIELDS 11

struct table {
	uint32_t at, count; /* at: from the file's start */
};

struct header {
	uint64_t magic;
	uint16_t format, threads; /* src/command/engines/direct/processes.ts reads the latter */
	uint32_t highest_fd;
	uint64_t length, page_file_length, read_length;
	struct table regions, extents, files, strings, auxv, vdso, guards;
	struct context main;
	uint64_t thread_pointer, handover;
	struct span kernel[KERNEL_MAX]; /* the first is not always the vDSO */
	uint16_t kernel_count, outside_vdso; /* no thread stood in the vDSO; 0 in images of before that was looked at */
	uint32_t vdso_index;
	uint64_t mm[MM_FIELDS];
	struct span room; /* where the program has nothing: the restorer stands there */
};

/* The handover in the program's memory: what the restorer leaves for its second half, the library inside. */
#define HANDOVER_TIMES 7
#define MOVES_MAX 32
#define CLOSED_MAX 128
struct port_move {
	uint16_t from, to;
};
/* A listening socket that a rule of the restore closes: it does not listen again. */
struct port_closed {
	uint16_t family, number;
	unsigned char address[16];
};
struct handover {
	struct span room; /* to be unmapped */
	int payload, mark; /* descriptors: what the caller hands over; the mark's file */
	int move_count;
	struct port_move moves[MOVES_MAX]; /* listening ports, by --listen */
	uint64_t frame_size; /* AT_MINSIGSTKSZ here, or 0 */
	uint64_t times[HANDOVER_TIMES];
	int ports; /* descriptor of the ports' locks (restore/port-locks.c), to be closed once the program listens, or -1 */
	int closed_file_count, closed_port_count;
	int closed_files[CLOSED_MAX]; /* numbers of files that a rule of the restore closes */
	struct port_closed closed_ports[CLOSED_MAX];
	struct tree_place tree;
};

/* As much of it as the program in an image of this format has room for. */
static inline uint64_t handover_size(const struct header *header)
{
	if (header->format == 1)
		return offsetof(struct handover, ports);
	return header->format == DIRECT_FORMAT_ALONE ? offsetof(struct handover, tree) : sizeof(struct handover);
}

/* Names of a member's files have its number before their end; the program's have none. */
#define IMAGE_NAME_MAX 32

/* Returns the length of the whole pages that hold so many bytes. */
static inline uint64_t whole_pages(uint64_t length)
{
	return (length + PAGE - 1) & ~(PAGE - 1);
}

#endif
