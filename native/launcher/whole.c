#define _GNU_SOURCE
#include "crac.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A value `SIZE NAME`. Returns the name, or NULL for anything else. */
static const char *sized(const char *value, long long *size)
{
	char *rest;

	*size = strtoll(value, &rest, 10);
	return rest != value && *rest == ' ' ? rest + 1 : NULL;
}

static void check_file(int directory, const char *image, const char *name, long long size)
{
	struct stat status;

	if (fstatat(directory, name, &status, 0) < 0)
		die(CRAC_EXIT_IMAGE, "%s is not whole: %s: %s. Copy it anew, or make it anew with `crac checkpoint`", image, name,
		    strerror(errno));
	if (status.st_size != size)
		die(CRAC_EXIT_IMAGE, "%s is not whole: %s has %lld bytes and should have %lld. Copy it anew, or make it anew with "
		    "`crac checkpoint`", image, name, (long long)status.st_size, size);
}

/* Microseconds: the engine would find out later, or not at all. */
void image_check(const struct conf *conf, const char *image)
{
	int directory = open(image, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < conf->keys.count; i++) {
		long long size;
		const char *name = sized(conf->values.items[i], &size);

		if (name && strcmp(conf->keys.items[i], "file") == 0)
			check_file(directory, image, name, size);
	}
	close(directory);
}
