#define _GNU_SOURCE
#include "crac.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define NAME "crac-memory.img"

static bool show(const char *file, const char *place)
{
	int fd = open(place, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return false;
	close(fd);
	return mount(file, place, NULL, MS_BIND, NULL) == 0;
}

/* The engine of an ordinary user finds a mapped file only by the name that the kernel prints for the mapping, and when
 * the image is removed that name ends in " (deleted)". So such a program maps the file from a place in its record,
 * where it is shown under both names: another checkpoint works without the image, as it does for root. */
static const char *show_in_record(const struct job *job)
{
	const char *place = copyf("%s/" NAME, job->record);

	const char *file = image_path(&job->image, job->page_file);

	if (show(file, place) && show(file, copyf("%s (deleted)", place)))
		return place;
	say("warning: cannot show %s/%s in %s: %s; keep the image while the program runs", job->image.path, job->page_file,
	    job->record, strerror(errno));
	return file;
}

/* The file that the program's memory maps, handed to the engine by the name that the image has for it. It is opened
 * in init's mount namespace, or another checkpoint could not name its mount; and it stays open there, so that one can
 * read it even after the image was removed (src/command/engines/criu/image/cow/older-page-file.ts). */
bool page_file_hand(struct job *job)
{
	int fd, held;

	if (!job->page_file)
		return true;
	held = open(job->mode == MODE_USER ? show_in_record(job) : image_path(&job->image, job->page_file), O_RDONLY | O_CLOEXEC);
	fd = held < 0 ? -1 : fcntl(held, F_DUPFD, 200);
	if (fd < 0) {
		say("cannot open %s/%s: %s; make the image anew with `crac checkpoint`", job->image.path, job->page_file,
		    strerror(errno));
		return false;
	}
	list_add(&job->engine, "--inherit-fd");
	list_addf(&job->engine, "fd[%d]:" NAME, fd);
	return true;
}
