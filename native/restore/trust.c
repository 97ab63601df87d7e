#define _GNU_SOURCE
#include "restore/trust.h"
#include "base/list.h"
#include "base/printable.h"
#include "base/say.h"
#include "base/scan.h"
#include "restore/users.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An image is code: it says which programs are executed, and it is a program's memory. So it is believed only where
 * its directory and its files belong to the caller or to root and nobody else may write them. Who owns the directories
 * above does not matter: what is reached by their names is opened once and judged then. src/command/image/trust.ts is the
 * same for the commands in Node. */

static bool believe_anyone;
static long long believed = -1; /* --trust-image-of */

void trust_image_of(const char *user)
{
	const char *at = user;

	if (!user)
		return;
	if (strcmp(user, "anyone") == 0)
		believe_anyone = true;
	else if (!scan_number(&at, 0, UINT_MAX, &believed) && (believed = user_number(user)) < 0)
		die(CRAC_EXIT_USAGE, "--trust-image-of %s: there is no user of this name in /etc/passwd; give the number, or the word\n"
		    "anyone", user);
}

static bool others_write(const struct stat *status)
{
	if (S_ISLNK(status->st_mode))
		return false;
	if (status->st_mode & S_IWOTH)
		return true;
	return (status->st_mode & S_IWGRP) && !(status->st_gid == 0 && status->st_uid == 0) &&
	       !is_private_group(status->st_gid, status->st_uid);
}

static bool is_ours(uid_t uid)
{
	return uid == 0 || uid == geteuid() || (long long)uid == believed;
}

static _Noreturn void refuse(const struct image *image, const char *name, const struct stat *status)
{
	char *path = copyf("%s%s%s", image->path, *name ? "/" : "", name), *shown = printable(path, false);

	if (!is_ours(status->st_uid) && geteuid() == 0)
		die(CRAC_EXIT_IMAGE,
		    "%s belongs to user %u, and an image is code: here it would run as root. Restore it as that user:\n"
		    "  setpriv --reuid %u --regid %u --clear-groups crac restore %s\n"
		    "If it is yours after all, take it (chown -R 0:0). To let whoever made it run anything as root:\n"
		    "  crac restore %s --trust-image-of %u",
		    shown, status->st_uid, status->st_uid, image->opened.st_gid, image->path, image->path, status->st_uid);
	if (!is_ours(status->st_uid))
		die(CRAC_EXIT_IMAGE,
		    "%s belongs to user %u, and an image is code: it decides what runs here with the rights of user %u.\n"
		    "If it is yours after all, take it:\n  chown -R %u:%u %s\n"
		    "To let whoever made it run anything in your name:\n  crac restore %s --trust-image-of %u",
		    shown, status->st_uid, geteuid(), geteuid(), getegid(), image->path, image->path, status->st_uid);
	die(CRAC_EXIT_IMAGE,
	    "%s may be written by others (mode %o), and an image is code: they decide what runs here with the rights of user %u.\n"
	    "If nobody has, close it to them:\n  chmod -R go-w %s\n"
	    "To let whoever wrote it run anything in your name:\n  crac restore %s --trust-image-of anyone",
	    shown, status->st_mode & 07777, geteuid(), image->path, image->path);
}

static void check_file(const struct image *image, const char *name)
{
	struct stat status;

	if (fstatat(image->fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return; /* image-check.c says it, of what must be there */
	if (S_ISDIR(status.st_mode))
		return; /* `lost+found` of a volume: nothing is read below */
	if (!S_ISREG(status.st_mode))
		die(CRAC_EXIT_IMAGE, "%s/%s is %s; an image has nothing but files of its own. Copy it anew (cp -rL), or make it\n"
		    "anew with `crac checkpoint`", image->path, printable(name, false),
		    S_ISLNK(status.st_mode) ? "a symbolic link" : S_ISFIFO(status.st_mode) ? "a named pipe" : "no file");
	if (!believe_anyone && (!is_ours(status.st_uid) || others_write(&status)))
		refuse(image, name, &status);
}

/* Checks the image, before anything of it is read. Its files cannot change hands afterwards: only we may write the
 * directory. */
void image_trust(const struct image *image)
{
	int fd = openat(image->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!directory)
		die(CRAC_EXIT_IMAGE, "cannot list %s: %s", image->path, strerror(errno));
	if (!believe_anyone && (!is_ours(image->opened.st_uid) || others_write(&image->opened)))
		refuse(image, "", &image->opened);
	while ((entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			check_file(image, entry->d_name);
	closedir(directory);
}

static bool owns(uid_t uid, const char *path)
{
	struct stat status;

	return path && stat(path, &status) == 0 && status.st_uid == uid;
}

/* Tells whether a user decides what is done anyway: whoever owns the `crac` that runs now, the root directory, or the
 * node whose code the program goes on in (root finds node's own archives unpacked with the number 1000); and, for root
 * by sudo, the user who said so. */
static bool is_ours_to_execute(const struct conf *conf, uid_t uid)
{
	const char *by = getenv("SUDO_UID"), *node = conf_get(conf, "node");

	if (is_ours(uid) || (by && geteuid() == 0 && atoll(by) == uid))
		return true;
	return owns(uid, "/proc/self/exe") || owns(uid, "/") || (node && owns(uid, strchr(node, '/')));
}

static void check_program(const struct conf *conf, const char *key, const char *path, const char *shown)
{
	struct stat status;
	bool foreign;

	if (stat(path, &status) < 0)
		return; /* whoever needs it says so */
	foreign = !is_ours_to_execute(conf, status.st_uid);
	if (!foreign && (!others_write(&status) || (S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX))))
		return;
	die(CRAC_EXIT_IMAGE,
	    "%s %s (user %u, mode %o), and %s, which %s/restore.conf names as `%s`, would be executed as user %u.\n"
	    "Make it yours alone (chown, chmod go-w), or use another: `crac engine`",
	    path, foreign ? "belongs to another user" : "may be written by others", status.st_uid, status.st_mode & 07777, shown,
	    conf->image->path, key, geteuid());
}

/* Checks what is executed, or loaded into what is executed, by a name out of the image: the file and the directory it
 * is in. */
void program_trust(const struct conf *conf, const char *key, const char *path)
{
	static char last[PATH_MAX];
	char *directory;

	if (*path != '/' || strlen(path) >= PATH_MAX)
		conf_bad_value(conf, key, path);
	if (believe_anyone)
		return;
	check_program(conf, key, path, path);
	directory = copyf("%s", path);
	dirname(directory);
	if (strcmp(directory, last) != 0)
		check_program(conf, key, directory, path);
	snprintf(last, sizeof(last), "%s", directory);
	free(directory);
}
