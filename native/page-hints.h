/* A file in the runtime directory: which pages a copy of an image writes until it has served who waited for it. The first
 * copy on a machine notes them (native/addon/written-pages.c); those after it have all of them copied at once, before
 * they run (native/engines/direct/written.c). It is a hint: a page more or less changes no content. */
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

struct written_run {
	uint64_t address, length;
};

#endif
