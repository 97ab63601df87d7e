#ifndef CRAC_DIRECT_INOTIFY_H
#define CRAC_DIRECT_INOTIFY_H

#include "descriptors.h"

#define INOTIFY_MAX 16384

/* Of all instances, those of one behind each other in the order of their numbers. */
struct inotify_watch {
	int instance, watch;
	uint32_t mask, path;
	long gone; /* in a copy: a descriptor of what stands for a path that is not there, or -1 */
};
extern struct inotify_watch inotify_watches[INOTIFY_MAX];
extern int inotify_count;

void inotify_begin(void);
/* What this instance watches, as its fdinfo says; where that is, as it was told (watched-paths.c). */
bool inotify_note(const struct descriptor *instance, const char *info);
/* inotify-remake.c, in a copy. */
void inotify_remake(const struct descriptor *instance);
/* When all files of the program are there. */
void inotify_watch_again(void);

#endif
