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

/* Takes the runs of a file for this page file. Returns how often it was noted without anybody to serve; negative where the
 * file is about another one. */
static int take(char *content, size_t length, const char *identity, const struct tables *tables, struct written *written)
{
	size_t size = content && length >= WRITTEN_IDENTITY ? length - WRITTEN_IDENTITY : 0;

	if (!content || length < WRITTEN_IDENTITY || memcmp(content, identity, WRITTEN_COUNT) != 0 ||
	    size % sizeof(*written->runs) != 0 || size / sizeof(*written->runs) > WRITTEN_RUNS)
		return -1;
	written->runs = (struct written_run *)(void *)(content + WRITTEN_IDENTITY);
	written->count = (uint32_t)(size / sizeof(*written->runs));
	if (!is_right(tables, written->runs, written->count))
		written->count = 0;
	return content[WRITTEN_COUNT];
}

static bool of_image(int image, const struct tables *tables, struct written *written)
{
	const char identity[WRITTEN_IDENTITY] = WRITTEN_OF_IMAGE;
	size_t length;
	char *content = read_file_at(image, WRITTEN_FILE, &length);

	if (take(content, length, identity, tables, written) >= 0 && written->count > 0)
		return true;
	free(content);
	return false;
}

struct written written_read(int image, const struct stat *page_file, const struct tables *tables)
{
	char identity[WRITTEN_IDENTITY] = "";
	struct written written = { NULL, 0, NULL };
	size_t length;
	char *path, *content;
	int tries;

	if (of_image(image, tables, &written))
		return written;
	snprintf(identity, sizeof(identity), "%llx %llx %llx %lld.%09ld", (unsigned long long)page_file->st_dev,
		 (unsigned long long)page_file->st_ino, (unsigned long long)page_file->st_size, (long long)page_file->st_mtim.tv_sec,
		 page_file->st_mtim.tv_nsec);
	path = copyf("%s/" WRITTEN_NAME "%016llx", runtime_directory(), (unsigned long long)hash(identity));
	content = read_file(path, &length);
	tries = take(content, length, identity, tables, &written);
	if (tries < 0) {
		tries = 0;
		free(content);
	}
	if (tries < WRITTEN_TRIES)
		written.note = copyf("%c%s|%s", 'a' + tries, identity, path);
	free(path);
	return written;
}
