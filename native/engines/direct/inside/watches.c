#include "descriptors.h"

static uint64_t after(const char **at, const char *name, unsigned base)
{
	const char *found = text_find(*at, name);

	if (!found)
		return 0;
	found += text_length(name);
	text_blanks(&found);
	*at = found;
	return text_number(at, base);
}

/* Notes what an epoll set watches, as its fdinfo says. */
bool watches_note(int epoll, const char *info)
{
	for (const char *at = info; text_find(at, "tfd:");) {
		struct watch *watch = &descriptors.watches[descriptors.watch_count];

		if (descriptors.watch_count == WATCHES_MAX)
			return refuse_number("the program watches more descriptors by epoll than this engine notes (", WATCHES_MAX, ")");
		watch->epoll = epoll;
		watch->number = (int)after(&at, "tfd:", 10);
		watch->events = (uint32_t)after(&at, "events:", 16);
		watch->data = after(&at, "data:", 16);
		watch->inode = after(&at, "ino:", 16);
		descriptors.watch_count++;
	}
	return true;
}

static bool is_watched(const struct watch *watch, const struct descriptor *one)
{
	return one && (!watch->inode || !one->file_inode || one->file_inode == watch->inode);
}

static bool has_own_inode(const struct descriptor *one)
{
	return one->kind == KIND_PIPE || one->kind == KIND_SOCKET || one->kind == KIND_ENDED ||
	       one->kind == KIND_TAKEN;
}

/* A number that was closed, or is another file's by now: what is watched is open under another one still. */
void watches_find(void)
{
	for (int i = 0; i < descriptors.watch_count; i++) {
		struct watch *watch = &descriptors.watches[i];

		if (is_watched(watch, descriptor_of(watch->number)))
			continue;
		watch->number = -1;
		for (int k = 0; k < descriptors.count && watch->number < 0; k++)
			if (watch->inode && descriptors.all[k].file_inode == watch->inode && has_own_inode(&descriptors.all[k]))
				watch->number = descriptors.all[k].number;
	}
}
