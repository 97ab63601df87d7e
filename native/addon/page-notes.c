#define _GNU_SOURCE
#include "addon/page-notes.h"
#include "addon/addon.h"
#include "addon/written-pages.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a copy notes of the pages that it has written (written-pages.c), for those after it on this machine. Nobody is told
 * where this fails: then those after it have their pages copied one by one, as this one has. */

static struct {
	char *path;
	char identity[WRITTEN_IDENTITY];
	unsigned accepted; /* by then */
} wanted;

/* Returns how many connections this process has taken. */
static unsigned accepted(void)
{
	const unsigned *count = dlsym(RTLD_DEFAULT, "crac_accepted"); /* native/preload */

	return count ? *count : 0;
}

/* The field is W, a letter for the number of tries before, the identity, a bar, the path. */
void page_notes_asked(const char *message, size_t length)
{
	for (const char *at = message; at < message + length; at += strlen(at) + 1) {
		const char *bar = *at == 'W' ? strchr(at, '|') : NULL;

		if (!bar || bar < at + 2 || bar - at - 2 >= WRITTEN_COUNT)
			continue;
		free(wanted.path);
		memset(wanted.identity, 0, sizeof(wanted.identity));
		memcpy(wanted.identity, at + 2, (size_t)(bar - at - 2));
		wanted.identity[WRITTEN_COUNT] = (char)(at[1] - 'a');
		wanted.accepted = accepted();
		wanted.path = strdup(bar + 1);
	}
}

/* Images go without a word: of many notes about them the oldest does. */
static void forget_oldest(const char *path)
{
	char directory[4200], oldest[256] = "";
	struct dirent *entry;
	struct timespec when = { 0 };
	int count = 0;
	DIR *notes;

	snprintf(directory, sizeof(directory), "%.*s", (int)(strrchr(path, '/') - path), path);
	notes = opendir(directory);
	while (notes && (entry = readdir(notes))) {
		struct stat status;

		if (strncmp(entry->d_name, WRITTEN_NAME, sizeof(WRITTEN_NAME) - 1) != 0 ||
		    fstatat(dirfd(notes), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (count++ == 0 || status.st_mtim.tv_sec < when.tv_sec ||
		    (status.st_mtim.tv_sec == when.tv_sec && status.st_mtim.tv_nsec < when.tv_nsec)) {
			when = status.st_mtim;
			snprintf(oldest, sizeof(oldest), "%s", entry->d_name);
		}
	}
	if (count > WRITTEN_FILES)
		unlinkat(dirfd(notes), oldest, 0);
	if (notes)
		closedir(notes);
}

/* Where there are more than is worth it, none are noted. */
static void write_down(const struct written_pages *runs, bool good)
{
	size_t size = good ? runs->count * sizeof(*runs->all) : 0;
	char aside[4200];
	bool written;
	int fd;

	snprintf(aside, sizeof(aside), "%s.%d", wanted.path, (int)getpid());
	fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	written = write(fd, wanted.identity, sizeof(wanted.identity)) == (ssize_t)sizeof(wanted.identity) &&
		  write(fd, runs->all, size) == (ssize_t)size;
	close(fd);
	if (!written || rename(aside, wanted.path) < 0)
		unlink(aside);
	forget_oldest(wanted.path);
}

/* noteWrittenPages(): called in a copy when it has served who waited for it. */
napi_value note_written_pages(napi_env env, napi_callback_info info)
{
	struct written_pages *runs = wanted.path ? calloc(1, sizeof(*runs)) : NULL;

	(void)info;
	if (wanted.path)
		wanted.identity[WRITTEN_COUNT] = accepted() != wanted.accepted ? WRITTEN_SERVED : wanted.identity[WRITTEN_COUNT] + 1;
	if (runs)
		write_down(runs, written_pages_find(runs));
	free(runs);
	free(wanted.path);
	wanted.path = NULL;
	return undefined(env);
}
