#define _GNU_SOURCE
#include "crac.h"

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

static bool same_content(const char *a, const char *b)
{
	size_t size_a = 0, size_b = 0;
	char *text_a = read_file(a, &size_a), *text_b = read_file(b, &size_b);
	bool same = text_a && text_b && size_a == size_b && memcmp(text_a, text_b, size_a) == 0;

	free(text_a);
	free(text_b);
	return same;
}

static bool same_file(const char *copy, const char *place, const char *modified)
{
	struct stat ours, there;
	char now[40];

	if (stat(copy, &ours) < 0 || stat(place, &there) < 0 || ours.st_size != there.st_size)
		return false;
	snprintf(now, sizeof(now), "%lld%09ld", (long long)there.st_mtim.tv_sec, there.st_mtim.tv_nsec);
	return strcmp(now, modified) == 0 || same_content(copy, place);
}

/* A file to mount over; it stays, empty, where the package was. */
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
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		die(CRAC_EXIT_IMAGE, "the program uses %s of node-crac, which is gone and cannot be made: %s. Install node-crac there "
		    "again, or make the image anew", path, strerror(errno));
	close(fd);
}

/* Before the namespaces: what is to be mounted goes into job->own, as copy and place by turns. */
void own_files_find(struct job *job, const struct conf *conf, const char *image)
{
	if (job->mark && access(job->mark, F_OK) < 0)
		make_place(job->mark);
	for (size_t i = 0; i < conf->keys.count; i++) {
		char name[64], modified[40], *copy;
		const char *place;
		int length = 0;

		if (strcmp(conf->keys.items[i], "own") != 0 ||
		    sscanf(conf->values.items[i], "%63s %39s %n", name, modified, &length) != 2)
			continue;
		place = conf->values.items[i] + length;
		copy = copyf("%s/%s", image, name);
		if (same_file(copy, place, modified))
			continue;
		if (access(place, F_OK) < 0)
			make_place(place);
		list_add(&job->own, copy);
		list_add(&job->own, place);
	}
}

/* In init's own mount namespace. */
void own_files_show(const struct job *job)
{
	for (size_t i = 0; i + 1 < job->own.count; i += 2)
		if (mount(job->own.items[i], job->own.items[i + 1], NULL, MS_BIND, NULL) < 0)
			die(CRAC_EXIT_NAMESPACE, "cannot mount %s over %s: %s", job->own.items[i], job->own.items[i + 1], strerror(errno));
}
