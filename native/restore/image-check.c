#define _GNU_SOURCE
#include "restore/image-check.h"
#include "base/say.h"
#include "base/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Parses a value `SIZE NAME` of a file in the image. */
bool file_line(const char *value, long long *size, const char **name)
{
	*name = value;
	return scan_number(name, 0, LLONG_MAX, size) && is_file_name(*name);
}

/* Returns the first file that is not there or has another size than restore.conf says; NULL where all are whole. */
static const char *missing(const struct conf *conf, struct stat *status, long long *size)
{
	const char *value, *name;
	size_t at = 0;

	while ((value = conf_each(conf, "file", &at))) {
		if (!file_line(value, size, &name))
			conf_bad_value(conf, "file", value);
		if (fstatat(conf->image->fd, name, status, AT_SYMLINK_NOFOLLOW) < 0) {
			status->st_size = -1;
			return name;
		}
		if (status->st_size != *size)
			return name;
	}
	return NULL;
}

/* Checks the image, in microseconds: the engine would find out later, or not at all. */
void image_check(const struct conf *conf)
{
	struct stat status;
	long long size;
	const char *name = missing(conf, &status, &size);

	if (name && status.st_size < 0)
		die(CRAC_EXIT_IMAGE, "%s is not whole: %s: %s. Copy it anew, or make it anew with `crac checkpoint`", conf->image->path,
		    name, strerror(errno));
	if (name)
		die(CRAC_EXIT_IMAGE, "%s is not whole: %s has %lld bytes and should have %lld. Copy it anew, or make it anew with "
		    "`crac checkpoint`", conf->image->path, name, (long long)status.st_size, size);
}

/* Tells, once the engine is done, whether the image is whole still: the engine takes a file that has gone for one that
 * never was, and restores less. */
bool image_still_whole(const struct conf *conf)
{
	struct stat status;
	long long size;

	return !image_touched(conf->image) || !missing(conf, &status, &size);
}
