#define _GNU_SOURCE
#include "inotify.h"
#include "watched-paths.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#define HANDLE_MAX 128

struct inotify_watch inotify_watches[INOTIFY_MAX];
int inotify_count;

struct line {
	int watch;
	uint64_t inode;
	uint32_t mask;
	struct {
		unsigned length;
		int type;
		unsigned char bytes[HANDLE_MAX];
	} handle; /* the kernel's struct file_handle */
};

static uint64_t number_behind(const char **at, const char *name)
{
	const char *found = text_find(*at, name);

	if (!found)
		return 0;
	*at = found + text_length(name);
	return text_number(at, 16);
}

static void read_line(const char **at, struct line *line)
{
	bytes_clear(line, sizeof(*line));
	line->watch = (int)number_behind(at, "inotify wd:");
	line->inode = number_behind(at, " ino:");
	line->mask = (uint32_t)number_behind(at, " mask:");
	line->handle.length = (unsigned)number_behind(at, " fhandle-bytes:");
	line->handle.type = (int)number_behind(at, " fhandle-type:");
	if (line->handle.length > HANDLE_MAX)
		line->handle.length = 0;
	*at = text_find(*at, " f_handle:") ? text_find(*at, " f_handle:") + text_length(" f_handle:") : *at;
	for (unsigned i = 0; i < line->handle.length; i++) {
		const char digits[3] = { (*at)[0], (*at)[1], '\0' }, *digit = digits;

		line->handle.bytes[i] = (unsigned char)text_number(&digit, 16);
		*at += 2;
	}
}

static bool is_watched(const char *info, int watch)
{
	for (const char *at = info; (at = text_find(at, "inotify wd:"));) {
		at += text_length("inotify wd:");
		if ((int)text_number(&at, 16) == watch)
			return true;
	}
	return false;
}

/* By the inode, or, on file systems that show another one (overlayfs), by watching it once more: that is the same watch. */
static bool is_there(int instance, const char *info, const struct line *line, const char *path, uint32_t how)
{
	struct stat status;
	long watch;

	if (RAW(newfstatat, AT_FDCWD, path, &status, how & IN_DONT_FOLLOW ? AT_SYMLINK_NOFOLLOW : 0) < 0)
		return false;
	if (status.st_ino == line->inode)
		return true;
	watch = RAW(inotify_add_watch, instance, path, line->mask | IN_MASK_ADD | how);
	if (watch == line->watch)
		return true;
	if (watch >= 0 && !is_watched(info, (int)watch))
		RAW(inotify_rm_watch, instance, watch);
	return false;
}

/* Of what is left of the way there, something of the same file system. */
static long open_beside(char *path)
{
	for (char *end = path + text_length(path) - 1; end >= path; end--) {
		long opened;

		if (*end != '/')
			continue;
		end[end == path] = '\0';
		opened = RAW(openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (opened >= 0)
			return opened;
	}
	return -1;
}

/* Where that is now, for who may open files by the kernel's handle (CAP_DAC_READ_SEARCH). */
static const char *path_of_handle(const struct line *line, const char *told)
{
	static char path[4096], link[64];
	long beside, opened, length;

	text_put(path, told);
	beside = open_beside(path);
	opened = RAW(open_by_handle_at, beside, &line->handle, O_PATH | O_CLOEXEC);
	RAW(close, beside);
	if (opened < 0)
		return NULL;
	text_put_number(text_put(link, "/proc/self/fd/"), (uint64_t)opened);
	length = RAW(readlinkat, AT_FDCWD, link, path, sizeof(path) - 1);
	path[length > 0 ? length : 0] = '\0';
	RAW(close, opened);
	return *path == '/' && !text_ends(path, " (deleted)") ? path : NULL;
}

static const char *find_path(int instance, const char *info, const struct line *line, uint32_t *how)
{
	const struct watched *told = watched_find(instance, line->watch);
	const char *path;

	*how = 0;
	if (told) {
		*how = told->mask & IN_DONT_FOLLOW;
		if (is_there(instance, info, line, told->path, *how))
			return told->path;
	}
	for (const struct watched *other = NULL; (other = watched_find_other(line->watch, other));)
		if (is_there(instance, info, line, other->path, *how = other->mask & IN_DONT_FOLLOW))
			return other->path;
	*how = IN_DONT_FOLLOW;
	path = path_of_handle(line, told ? told->path : "/");
	if (path && is_there(instance, info, line, path, *how))
		return path;
	if (told)
		refuse("the program watches a file or directory that was moved or removed since (inotify):", told->path, 0);
	else
		refuse("the program watches something (inotify) by a system call of its own, and this user cannot find out where it is", NULL, 0);
	return NULL;
}

/* In its place among those of the same instance; the kernel tells them in the order of their numbers, or the other way round. */
static void insert(int instance, const struct line *line, uint32_t path, uint32_t how)
{
	int at = inotify_count++;

	for (; at > 0 && inotify_watches[at - 1].instance == instance && inotify_watches[at - 1].watch > line->watch; at--)
		inotify_watches[at] = inotify_watches[at - 1];
	inotify_watches[at] = (struct inotify_watch){ instance, line->watch, line->mask | how, path, -1 };
}

void inotify_begin(void)
{
	inotify_count = 0;
}

bool inotify_note(const struct descriptor *instance, const char *info)
{
	static struct line line;

	for (const char *at = info; text_find(at, "inotify wd:");) {
		const char *path;
		uint32_t how, text;

		read_line(&at, &line);
		path = find_path(instance->number, info, &line, &how);
		if (!path)
			return false;
		text = descriptor_text(path);
		if (inotify_count == INOTIFY_MAX || !text)
			return refuse_number("the program watches more files by inotify than this engine notes (", INOTIFY_MAX, ")");
		insert(instance->number, &line, text, how);
	}
	return true;
}
