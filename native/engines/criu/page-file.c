#define _GNU_SOURCE
#include "engines/criu/page-file.h"
#include "base/list.h"
#include "base/say.h"
#include "engines/criu/command-line.h"
#include "restore/image-check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "crac-memory.img"

/* Returns the page file, from which the program's memory is mapped: a byte too few would kill it later, at some access. */
const char *page_file_find(const struct conf *conf)
{
	const char *line = conf_get(conf, "page-file"), *name;
	struct stat status;
	long long size;

	if (!line)
		return NULL;
	if (!file_line(line, &size, &name))
		conf_bad_value(conf, "page-file", line);
	if (fstatat(conf->image->fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		die(CRAC_EXIT_IMAGE, "%s/%s: %s; the image is not whole: copy it anew, or make it anew with `crac checkpoint`",
		    conf->image->path, name, strerror(errno));
	if (status.st_size != size)
		die(CRAC_EXIT_IMAGE, "%s/%s has %lld bytes and should have %lld; the image is damaged: copy it anew, or make it anew "
		    "with `crac checkpoint`", conf->image->path, name, (long long)status.st_size, size);
	return name;
}

static bool show(const char *file, const char *place)
{
	int fd = open(place, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return false;
	close(fd);
	return mount(file, place, NULL, MS_BIND, NULL) == 0;
}

/* Shows the page file in the record under both of its names, so that another checkpoint works without the image, as it
 * does for root: the engine of an ordinary user finds a mapped file only by the name that the kernel prints for the
 * mapping, and when the image is removed that name ends in " (deleted)". */
static const char *show_in_record(const struct restore *restore, const char *name)
{
	const char *place = copyf("%s/" NAME, restore->record), *file = image_path(&restore->image, name);

	if (show(file, place) && show(file, copyf("%s (deleted)", place)))
		return place;
	say("warning: cannot show %s/%s in %s: %s; keep the image while the program runs", restore->image.path, name,
	    restore->record, strerror(errno));
	return file;
}

/* Hands the file that the program's memory maps to the engine by the name that the image has for it. It is opened in
 * init's mount namespace, or another checkpoint could not name its mount; and it stays open there, so that one can read
 * it even after the image was removed (src/command/engines/criu/image/cow/older-page-file.ts). */
void page_file_hand(struct criu_state *state, const struct restore *restore)
{
	const char *name = state->page_file;
	int held;

	if (!name)
		return;
	held = open(restore->namespaces.mode == MODE_USER ? show_in_record(restore, name) : image_path(&restore->image, name),
		    O_RDONLY | O_CLOEXEC);
	if (held < 0 || !command_line_inherit(state, NAME, held))
		die(CRAC_EXIT_IMAGE, "cannot open %s/%s: %s; make the image anew with `crac checkpoint`", restore->image.path, name,
		    strerror(errno));
}
