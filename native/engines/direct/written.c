#define _GNU_SOURCE
#include "engines/direct/written.h"
#include "base/file.h"
#include "base/list.h"
#include "base/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* FNV-1a: the name shall be short, and what it is about stands in the file. */
static uint64_t hash(const char *text)
{
	uint64_t value = 0xcbf29ce484222325u;

	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * 0x100000001b3u;
	return value;
}

static bool is_mapped(const struct region *region, const struct written_run *run)
{
	return region->kind == REGION_COW && region->protection & PROT_WRITE && (region->flags & MAP_TYPE) == MAP_PRIVATE &&
	       region->start <= run->address && run->length <= region->end - run->address;
}

/* Only what is in order, each run in one region that a copy maps from the page file: anything else would be given memory. */
static bool is_right(const struct tables *tables, const struct written_run *runs, size_t count)
{
	uint64_t end = 0, pages = 0;

	for (size_t i = 0, region = 0; i < count; i++) {
		const struct written_run *run = &runs[i];

		if (run->address % PAGE || run->length % PAGE || run->length == 0 || run->address < end || run->length > ADDRESS_END)
			return false;
		while (region < tables->header->regions.count && tables->regions[region].end <= run->address)
			region++;
		if (region == tables->header->regions.count || !is_mapped(&tables->regions[region], run))
			return false;
		end = run->address + run->length;
		pages += run->length / PAGE;
	}
	return pages <= WRITTEN_PAGES;
}

struct written written_read(const char *image, const struct stat *page_file, const struct tables *tables)
{
	char identity[WRITTEN_IDENTITY] = "";
	char *path = copyf("%s/written-%016llx", runtime_directory(), (unsigned long long)hash(image)), *content;
	struct written written = { NULL, 0, NULL };
	size_t length, size;
	int tries = 0;

	snprintf(identity, sizeof(identity), "%llx %llx %llx %lld.%09ld", (unsigned long long)page_file->st_dev,
		 (unsigned long long)page_file->st_ino, (unsigned long long)page_file->st_size, (long long)page_file->st_mtim.tv_sec,
		 page_file->st_mtim.tv_nsec);
	content = read_file(path, &length);
	size = content && length > sizeof(identity) ? length - sizeof(identity) : 0;
	if (content && length >= sizeof(identity) && memcmp(content, identity, WRITTEN_COUNT) == 0 &&
	    size % sizeof(*written.runs) == 0 && size / sizeof(*written.runs) <= WRITTEN_RUNS) {
		tries = content[WRITTEN_COUNT];
		written.runs = (struct written_run *)(void *)(content + sizeof(identity));
		written.count = (uint32_t)(size / sizeof(*written.runs));
		if (!is_right(tables, written.runs, written.count))
			written.count = 0;
	} else {
		free(content);
	}
	if (tries >= 0 && tries < WRITTEN_TRIES)
		written.note = copyf("%c%s|%s", 'a' + tries, identity, path);
	free(path);
	return written;
}
