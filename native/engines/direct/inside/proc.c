#include "inside.h"

#include <fcntl.h>

long proc_read(const char *path, char *to, size_t room)
{
	long fd = RAW(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC), got = 0;
	size_t have = 0;

	if (fd < 0)
		return fd;
	while (have < room - 1 && (got = RAW(read, fd, to + have, room - 1 - have)) > 0)
		have += (size_t)got;
	to[have] = '\0';
	RAW(close, fd);
	if (got < 0)
		return got;
	return have == room - 1 ? -75 /* EOVERFLOW */ : (long)have;
}

bool proc_each_number(const char *path, bool (*each)(int number, void *data), void *data)
{
	long fd = RAW(openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), got;
	char entries[8192] __attribute__((aligned(8)));
	bool good = true;

	if (fd < 0)
		return refuse("cannot read", path, fd);
	while (good && (got = RAW(getdents64, fd, entries, sizeof(entries))) > 0)
		for (long at = 0; good && at < got;) {
			struct directory_entry *entry = (struct directory_entry *)(entries + at);
			const char *name = entry->name;

			at += entry->length;
			if (*name < '0' || *name > '9')
				continue;
			int number = (int)text_number(&name, 10);

			if (number != fd)
				good = each(number, data);
		}
	RAW(close, fd);
	if (good && got < 0)
		return refuse("cannot read", path, got);
	return good;
}
