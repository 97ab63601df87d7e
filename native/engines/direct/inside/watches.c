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
		descriptors.watch_count++;
	}
	return true;
}
