#define _GNU_SOURCE
#include "engines/direct/mapped.h"
#include "base/say.h"
#include "restore/package-files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Opens the image's copy of a file of this package, where the one at this path is another by now; else that one. */
static int open_own(const struct restore *restore, const char *path)
{
	const char *line;

	for (size_t at = 0; (line = conf_each(&restore->conf, "own", &at));) {
		struct package_file own;
		struct stat status;

		if (!package_file_parse(line, &own))
			conf_bad_value(&restore->conf, "own", line);
		if (strcmp(own.place, path) != 0)
			continue;
		if (stat(path, &status) == 0 &&
		    strtoll(own.modified, NULL, 10) == status.st_mtim.tv_sec * 1000000000LL + status.st_mtim.tv_nsec)
			return -1;
		return openat(restore->image.fd, own.name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	return -1;
}

/* Opens every mapped file; mapped-files.c has compared those that restore.conf names, by build id too. */
int *mapped_open(const struct restore *restore, const struct tables *tables)
{
	uint32_t count = tables->header->files.count;
	int *fds = calloc(count + 1, sizeof(*fds));

	for (uint32_t i = 0; fds && i < count; i++) {
		const struct mapped_path *file = &tables->files[i];
		const char *path = tables->strings + file->path;
		struct stat status;

		fds[i] = open_own(restore, path);
		if (fds[i] < 0)
			fds[i] = open(path, (file->writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
		if (fds[i] < 0 || fstat(fds[i], &status) < 0)
			die(CRAC_EXIT_IMAGE, "%s: the program has %s mapped, which cannot be opened here: %s. Put it there again, or make the\n"
			    "image anew with `crac checkpoint`", restore->image.path, path, strerror(errno));
		if (S_ISREG(status.st_mode) && !file->writable && (uint64_t)status.st_size != file->size)
			die(CRAC_EXIT_IMAGE, "%s: %s has %lld bytes, and had %llu when the image was made: it was replaced. Put the old one there\n"
			    "again, or make the image anew with `crac checkpoint`", restore->image.path, path,
			    (long long)status.st_size, (unsigned long long)file->size);
	}
	if (!fds)
		die(CRAC_EXIT_ENGINE, "no memory to restore with: %s", strerror(errno));
	return fds;
}
