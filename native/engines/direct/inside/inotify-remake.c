#define _GNU_SOURCE
#include "inotify.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>

/* Each number that is given back leaves an event: the kernel's queue holds 16384 by its default. */
#define DRAIN_EVERY 4096

static void drain(int instance)
{
	static char events[65536];

	while (RAW(read, instance, events, sizeof(events)) > 0)
		;
}

void inotify_remake(const struct descriptor *instance)
{
	place(instance, need(RAW(inotify_init1, IN_CLOEXEC | IN_NONBLOCK), "cannot watch files again (inotify; fs.inotify.max_user_instances)"));
}

/* A path that is not there, as that of an image in the making, was removed since: the program is told so. What is watched in
 * its place has no name, and goes when it is closed. */
static const char *stand_in(struct inotify_watch *note)
{
	static char link[64];

	note->gone = need(RAW(memfd_create, "gone", 1 /* MFD_CLOEXEC */), "cannot tell the program that what it watches was removed");
	note->mask &= ~(uint32_t)IN_DONT_FOLLOW;
	text_put_number(text_put(link, "/proc/self/fd/"), (uint64_t)note->gone);
	return link;
}

/* The kernel numbers watches one behind the other: those that the program has given back are had and given back again. */
static void watch_again(struct inotify_watch *note, int last)
{
	const char *path = descriptors.text + note->path;
	int given_back = 0;

	for (;;) {
		long got = RAW(inotify_add_watch, note->instance, path, note->mask);

		if ((got == -ENOENT || got == -ENOTDIR) && note->gone < 0) {
			path = stand_in(note);
			continue;
		}
		if (got < 0)
			die_restored(72, "the program watches what cannot be watched now (inotify; fs.inotify.max_user_watches):", path, got);
		if (got == note->watch)
			break;
		if (got <= last || got > note->watch)
			die_restored(72, "the program watches what is the same as something else that it watches now:", path, 0);
		RAW(inotify_rm_watch, note->instance, got);
		if (++given_back % DRAIN_EVERY == 0)
			drain(note->instance);
	}
	if (given_back)
		drain(note->instance);
}

/* When nothing is taken out of its queue any more. */
static void tell_gone(int last)
{
	for (int i = last; i >= 0 && inotify_watches[i].instance == inotify_watches[last].instance; i--)
		if (inotify_watches[i].gone >= 0) {
			RAW(close, inotify_watches[i].gone);
			inotify_watches[i].gone = -1;
		}
}

void inotify_watch_again(void)
{
	for (int i = 0; i < inotify_count; i++) {
		bool first = i == 0 || inotify_watches[i - 1].instance != inotify_watches[i].instance;
		const struct descriptor *instance = descriptor_of(inotify_watches[i].instance);

		if (first)
			RAW(fcntl, inotify_watches[i].instance, F_SETFL, O_NONBLOCK);
		watch_again(&inotify_watches[i], first ? 0 : inotify_watches[i - 1].watch);
		if (i + 1 < inotify_count && inotify_watches[i + 1].instance == inotify_watches[i].instance)
			continue;
		tell_gone(i);
		if (instance)
			RAW(fcntl, inotify_watches[i].instance, F_SETFL, instance->flags);
	}
}
