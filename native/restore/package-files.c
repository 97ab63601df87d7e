#define _GNU_SOURCE
#include "restore/package-files.h"
#include "base/file.h"
#include "base/list.h"
#include "base/say.h"
#include "base/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the program uses of this package (its addon, the preloaded library, the preload) must be what it was started
 * with. The image has its own copies: where the package was upgraded or removed since, they are mounted over the names
 * that the program knows, in its own mount namespace, so that nobody else sees them. */

static bool same_content(int image, const struct package_file *file)
{
	size_t size_a = 0, size_b = 0;
	char *text_a = read_file_at(image, file->name, &size_a), *text_b = read_file(file->place, &size_b);
	bool same = text_a && text_b && size_a == size_b && memcmp(text_a, text_b, size_a) == 0;

	free(text_a);
	free(text_b);
	return same;
}

static bool same_file(int image, const struct package_file *file)
{
	struct stat ours, there;
	char now[40];

	if (fstatat(image, file->name, &ours, AT_SYMLINK_NOFOLLOW) < 0 || stat(file->place, &there) < 0 ||
	    ours.st_size != there.st_size)
		return false;
	snprintf(now, sizeof(now), "%lld%09ld", (long long)there.st_mtim.tv_sec, there.st_mtim.tv_nsec);
	return strcmp(now, file->modified) == 0 || same_content(image, file);
}

/* Makes a file to mount over; it stays, empty, where the package was. */
static void make_place(const char *path)
{
	char *directory = copyf("%s", path);
	int fd;

	for (char *slash = strchr(directory + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(directory, 0755) < 0 && errno != EEXIST)
			break;
		*slash = '/';
	}
	free(directory);
	fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644);
	if (fd < 0)
		die(CRAC_EXIT_IMAGE, "the program uses %s of node-crac, which is gone and cannot be made: %s. Install node-crac there "
		    "again, or make the image anew", path, strerror(errno));
	close(fd);
}

bool package_file_parse(const char *line, struct package_file *file)
{
	if (!scan_word(&line, file->name, sizeof(file->name)) || !is_file_name(file->name) ||
	    !scan_word(&line, file->modified, sizeof(file->modified)) || *line != '/')
		return false;
	file->place = line;
	return true;
}

/* Finds what is to be mounted, before the namespaces: it goes into restore->own, as the copy's name and its place by
 * turns. */
void package_files_find(struct restore *restore)
{
	const char *page = restore->generation.place;
	struct package_file file;
	const char *value;

	if (page && access(page, F_OK) < 0)
		make_place(page);
	for (size_t at = 0; (value = conf_each(&restore->conf, "own", &at));) {
		if (!package_file_parse(value, &file))
			conf_bad_value(&restore->conf, "own", value);
		if (same_file(restore->image.fd, &file))
			continue;
		if (access(file.place, F_OK) < 0)
			make_place(file.place);
		list_add(&restore->own, file.name);
		list_add(&restore->own, file.place);
	}
}

/* Mounts the copies, in init's own mount namespace. */
void package_files_show(const struct restore *restore)
{
	for (size_t i = 0; i + 1 < restore->own.count; i += 2) {
		char *copy = image_path(&restore->image, restore->own.items[i]);

		if (mount(copy, restore->own.items[i + 1], NULL, MS_BIND, NULL) < 0)
			die(CRAC_EXIT_NAMESPACE, "cannot mount %s/%s over %s: %s", restore->image.path, restore->own.items[i], restore->own.items[i + 1],
			    strerror(errno));
		free(copy);
	}
}
