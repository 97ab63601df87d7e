#include "inside.h"

#include <fcntl.h>

#define NAME "[vdso]"

static struct span found;

static void look(const char *line)
{
	const char *at = line;
	struct span span = { text_number(&at, 16), 0 };

	if (*at++ != '-')
		return;
	span.end = text_number(&at, 16);
	if (text_find(at, "/")) /* a file may have any name */
		return;
	at = text_find(at, NAME);
	if (at && text_same(at, NAME))
		found = span;
}

/* As the kernel has it now: what ld.so was told of at the program's start may have been under another kernel. */
bool vdso_where(struct span *vdso)
{
	static char text[16384];
	long fd = RAW(openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC), got = fd;
	size_t have = 0;

	found = (struct span){ 0, 0 };
	while (fd >= 0 && (got = RAW(read, fd, text + have, sizeof(text) - 1 - have)) > 0) {
		char *line = text, *end;

		have += (size_t)got;
		text[have] = '\0';
		for (; (end = (char *)text_find(line, "\n")); line = end + 1) {
			*end = '\0';
			look(line);
		}
		have -= (size_t)(line - text);
		if (have == sizeof(text) - 1)
			have = 0; /* longer than any line with this name */
		bytes_copy(text, line, have);
	}
	if (fd >= 0)
		RAW(close, fd);
	if (got < 0)
		return refuse("cannot read", "/proc/self/maps", got);
	*vdso = found;
	return found.end || refuse("the kernel's code for clock_gettime and the like (vDSO) is not shown in /proc/self/maps", NULL, 0);
}
