/* What the kernel calls anon_inode: counters, timers, signals, epoll sets. (inotify.c has its own.) */
#ifndef CRAC_DIRECT_ANONYMOUS_H
#define CRAC_DIRECT_ANONYMOUS_H

#include "descriptors.h"

/* link: as in /proc/self/fd; info: of fdinfo. */
bool anonymous_note(struct descriptor *descriptor, const char *link, const char *info);
void anonymous_remake(const struct descriptor *descriptor);

#endif
