#define _GNU_SOURCE
#include "addon/written-pages.h"
#include "addon/addon.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Which pages of the page file this copy has written, for the copies after it. */

#define PAGE 4096ull
#define AT_ONCE 4096 /* entries of pagemap */
/* Bits of /proc/self/pagemap. */
#define PAGE_PRESENT (1ull << 63)
#define PAGE_OF_FILE (1ull << 61)

static bool add(struct written_pages *runs, uint64_t address)
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

static bool look(struct written_pages *runs, int pagemap, uint64_t start, uint64_t end)
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

bool written_pages_find(struct written_pages *runs)
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

/* writtenPages(): address and length of each run of pages that this copy has written by now; none where there are more than
 * is worth it. */
napi_value written_pages(napi_env env, napi_callback_info info)
{
	struct written_pages *runs = calloc(1, sizeof(*runs));
	napi_value list;

	(void)info;
	napi_create_array(env, &list);
	if (runs && written_pages_find(runs))
		for (uint32_t i = 0; i < runs->count; i++) {
			napi_set_element(env, list, 2 * i, number(env, (double)runs->all[i].address));
			napi_set_element(env, list, 2 * i + 1, number(env, (double)runs->all[i].length));
		}
	free(runs);
	return list;
}
