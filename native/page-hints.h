/* Which pages a copy of an image writes until it has served who waited for it, so that they are copied at once, before a
 * copy runs (native/engines/direct/written.c). `crac build` asks the copy that it tries and puts the answer into the image
 * (WRITTEN_FILE). Of an image without, the first copies on a machine note them in the runtime directory
 * (native/addon/written-pages.c). It is a hint: a page more or less changes no content. */
#ifndef CRAC_PAGE_HINTS_H
#define CRAC_PAGE_HINTS_H

#include <stdint.h>

/* The file begins with which page file it is about, as text; the last of these bytes says how often it was noted by a copy
 * that had nobody to serve then, or WRITTEN_SERVED. */
#define WRITTEN_IDENTITY 128
#define WRITTEN_COUNT (WRITTEN_IDENTITY - 1)
#define WRITTEN_SERVED 127
#define WRITTEN_TRIES 4 /* after which no copy notes it anew */
#define WRITTEN_RUNS 4096    /* more are not noted */
#define WRITTEN_PAGES 4096

/* In an image, and what it says there instead: src/command/engines/direct/written.ts writes it. */
#define WRITTEN_FILE "crac-written.img"
#define WRITTEN_OF_IMAGE "node-crac written pages 1"

/* In the runtime directory, before what tells page files apart; the oldest of more than so many are removed. */
#define WRITTEN_NAME "written-"
#define WRITTEN_FILES 64

struct written_run {
	uint64_t address, length;
};

#endif
