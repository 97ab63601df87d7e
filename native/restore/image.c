#define _GNU_SOURCE
#include "restore/image.h"
#include "base/list.h"
#include "base/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An image's directory is opened once, and all that is read of the image is reached by that descriptor: another image
 * that gets its name in the meantime is a different directory, and nothing of it is taken. */

_Noreturn void die_not_yours(const char *path, const char *name, int error)
{
	die(CRAC_EXIT_IMAGE, "%s%s: %s. An image belongs to the user who made it; restore as that user", path, name, strerror(error));
}

struct image image_open(const char *word)
{
	struct image image = { .word = word, .path = realpath(word, NULL) };
	int error;

	image.fd = image.path ? open(image.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	error = errno;
	if (image.fd >= 0 && fstat(image.fd, &image.opened) == 0)
		return image;
	if (image.path && error == EACCES)
		die_not_yours(image.path, "/restore.conf", error);
	if (image.path && error == ENOTDIR)
		die(CRAC_EXIT_IMAGE, "%s is not an image: it has no restore.conf. `crac inspect %s` says what is there", image.path,
		    image.path);
	errno = error;
	if (error != ENOENT && error != ENOTDIR)
		die(CRAC_EXIT_IMAGE, "cannot open %s: %s", word, strerror(error));
	die(CRAC_EXIT_IMAGE, "no image at %s (%s). Make one with\n  crac run --image %s app.js\n  crac checkpoint %s", word,
	    strerror(error), word, word);
}

/* Leaves the mount namespace with image_enter(): a working directory is taken along, a descriptor is not, and only by
 * one of the new namespace the engine finds what is mounted there over files of the image. */
void image_leave(const struct image *image, char **back)
{
	*back = getcwd(NULL, 0);
	if (fchdir(image->fd) < 0)
		die(CRAC_EXIT_IMAGE, "cannot enter %s: %s", image->path, strerror(errno));
}

void image_enter(const struct image *image, char *back)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || dup3(fd, image->fd, O_CLOEXEC) < 0)
		die(CRAC_EXIT_IMAGE, "cannot open %s: %s", image->path, strerror(errno));
	close(fd);
	if ((!back || chdir(back) < 0) && chdir("/") < 0)
		die(CRAC_EXIT_ENGINE, "cannot change to /: %s", strerror(errno));
	free(back);
}

/* Returns a path to the image, or to a file of it, by the descriptor. */
char *image_path(const struct image *image, const char *name)
{
	return copyf("/proc/self/fd/%d%s%s", image->fd, name ? "/" : "", name ? name : "");
}

/* Returns the same for another process, as long as this one lives. */
char *image_path_for_others(const struct image *image)
{
	return copyf("/proc/%d/fd/%d", (int)getpid(), image->fd);
}

/* Tells whether a name has been added or removed since it was opened. */
bool image_touched(const struct image *image)
{
	struct stat now;

	return fstat(image->fd, &now) < 0 || now.st_nlink == 0 || now.st_mtim.tv_sec != image->opened.st_mtim.tv_sec ||
	       now.st_mtim.tv_nsec != image->opened.st_mtim.tv_nsec;
}
