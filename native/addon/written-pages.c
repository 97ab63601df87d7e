#define _GNU_SOURCE
#include "addon/written-pages.h"
#include "addon/addon.h"
#include "page-hints.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Which pages of the page file this copy has written, for the copies after it. Nobody is told where this fails: then those
 * after it have their pages copied one by one, as this one has. */

#define PAGE 4096ull
#define AT_ONCE 4096 /* entries of pagemap */
/* Bits of /proc/self/pagemap. */
#define PAGE_PRESENT (1ull << 63)
#define PAGE_OF_FILE (1ull << 61)

static struct {
	char *path;
	char identity[WRITTEN_IDENTITY];
	unsigned accepted; /* by then */
} wanted;

struct runs {
	struct written_run all[WRITTEN_RUNS];
	size_t count, pages;
};

/* Returns how many connections this process has taken. */
static unsigned accepted(void)
{
	const unsigned *count = dlsym(RTLD_DEFAULT, "crac_accepted"); /* native/preload */

	return count ? *count : 0;
}

/* The field is W, a letter for the number of tries before, the identity, a bar, the path. */
void written_pages_asked(const char *message, size_t length)
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

static bool add(struct runs *runs, uint64_t address)
{
	struct written_run *last = runs->count ? &runs->all[runs->count - 1] : NULL;

	if (++runs->pages > WRITTEN_PAGES)
		return false;
	if (last && last->address + last->length == address) {
		last->length += PAGE;
		return true;
	}
	if (runs->count == WRITTEN_RUNS)
		return false;
	runs->all[runs->count++] = (struct written_run){ address, PAGE };
	return true;
}

static bool look(struct runs *runs, int pagemap, uint64_t start, uint64_t end)
{
	static uint64_t entries[AT_ONCE];

	for (uint64_t page = start; page < end;) {
		uint64_t count = (end - page) / PAGE;
		ssize_t got = pread(pagemap, entries, (count < AT_ONCE ? count : AT_ONCE) * 8, (off_t)(page / PAGE * 8));

		if (got <= 0)
			return false;
		for (ssize_t i = 0; i < got / 8; i++, page += PAGE)
			if (entries[i] & PAGE_PRESENT && !(entries[i] & PAGE_OF_FILE) && !add(runs, page))
				return false;
	}
	return true;
}

static bool find(struct runs *runs)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	bool good = maps && pagemap >= 0;
	char line[4352];

	while (good && fgets(line, sizeof(line), maps)) {
		unsigned long long start, end;
		char rights[5];

		if (strstr(line, "/crac-memory.img") && sscanf(line, "%llx-%llx %4s", &start, &end, rights) == 3 &&
		    strcmp(rights, "rw-p") == 0)
			good = look(runs, pagemap, start, end);
	}
	if (maps)
		fclose(maps);
	if (pagemap >= 0)
		close(pagemap);
	return good;
}

/* Where there are more than is worth it, none are noted. */
static void write_down(const struct runs *runs, bool good)
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
}

/* noteWrittenPages(): called in a copy when it has served who waited for it. */
napi_value note_written_pages(napi_env env, napi_callback_info info)
{
	struct runs *runs = wanted.path ? calloc(1, sizeof(*runs)) : NULL;

	(void)info;
	if (wanted.path)
		wanted.identity[WRITTEN_COUNT] = accepted() != wanted.accepted ? WRITTEN_SERVED : wanted.identity[WRITTEN_COUNT] + 1;
	if (runs)
		write_down(runs, find(runs));
	free(runs);
	free(wanted.path);
	wanted.path = NULL;
	return undefined(env);
}
