#include "engines/direct/tables.h"

#include <stdbool.h>
#include <string.h>

static const void *table_in(const struct header *header, const struct table *table, size_t size, uint32_t most)
{
	if (table->count > most || table->at % 8 || table->at > header->length || table->count * (uint64_t)size > header->length - table->at)
		return NULL;
	return (const char *)header + table->at;
}

static bool is_span(uint64_t start, uint64_t end)
{
	return start % PAGE == 0 && end % PAGE == 0 && start < end && start >= PAGE && end <= ADDRESS_END;
}

static bool overlap(const struct span *one, uint64_t start, uint64_t end)
{
	return one->start < end && start < one->end;
}

static const char *wrong_kernel(const struct header *header)
{
	uint64_t length = 0;

	if (header->kernel_count == 0 || header->kernel_count > KERNEL_MAX || header->vdso_index >= header->kernel_count)
		return "the kernel's own pages";
	for (uint32_t i = 0; i < header->kernel_count; i++) {
		if (!is_span(header->kernel[i].start, header->kernel[i].end))
			return "the kernel's own pages";
		length += header->kernel[i].end - header->kernel[i].start;
		for (uint32_t j = 0; j < i; j++)
			if (overlap(&header->kernel[j], header->kernel[i].start, header->kernel[i].end))
				return "the kernel's own pages";
	}
	if (length > KERNEL_ROOM ||
	    header->vdso.count != header->kernel[header->vdso_index].end - header->kernel[header->vdso_index].start)
		return "the kernel's own pages";
	return NULL;
}

static bool may_stand(const struct header *header, uint64_t start, uint64_t end)
{
	if (overlap(&header->room, start, end))
		return false;
	for (uint32_t i = 0; i < header->kernel_count; i++)
		if (overlap(&header->kernel[i], start, end))
			return false;
	return true;
}

static const char *wrong_region(const struct tables *tables, const struct region *region, uint64_t previous_end)
{
	const struct header *header = tables->header;
	uint64_t length = region->end - region->start;

	if (!is_span(region->start, region->end) || region->start < previous_end || region->offset % PAGE)
		return "the addresses of its memory";
	if (!may_stand(header, region->start, region->end))
		return "memory in the restorer's place";
	if (region->kind > REGION_MARK || region->protection & ~7u)
		return "a kind of memory";
	if (region->kind == REGION_FILE && region->file >= header->files.count)
		return "the number of a file";
	if (region->kind == REGION_MARK && length != PAGE)
		return "the page that tells copies apart";
	if (region->kind == REGION_COW && (region->offset > header->page_file_length || length > header->page_file_length - region->offset))
		return "memory outside of the page file";
	return NULL;
}

static const char *wrong_regions(const struct tables *tables)
{
	uint64_t end = 0;

	for (uint32_t i = 0; i < tables->header->regions.count; i++) {
		const char *wrong = wrong_region(tables, &tables->regions[i], end);

		if (wrong)
			return wrong;
		end = tables->regions[i].end;
	}
	return NULL;
}

static bool holds(const struct region *region, uint64_t start, uint64_t end)
{
	return region->written && region->start <= start && end <= region->end;
}

/* In the order of the regions, each within one that is written to, and together what the header says. */
static const char *wrong_extents(const struct tables *tables)
{
	const struct header *header = tables->header;
	uint64_t sum = 0;

	for (uint32_t i = 0, region = 0; i < header->extents.count; i++) {
		const struct extent *extent = &tables->extents[i];

		if (extent->length > ADDRESS_END || !is_span(extent->address, extent->address + extent->length))
			return "the addresses of its pages";
		while (region < header->regions.count && tables->regions[region].end <= extent->address)
			region++;
		if (region == header->regions.count || !holds(&tables->regions[region], extent->address, extent->address + extent->length))
			return "pages outside of its memory";
		sum += extent->length;
	}
	return sum == header->read_length && sum <= header->page_file_length ? NULL : "the number of its pages";
}

static const char *wrong_files(const struct tables *tables)
{
	const struct header *header = tables->header;

	if (header->strings.count == 0 || tables->strings[header->strings.count - 1] != '\0')
		return header->files.count ? "the names of its files" : NULL;
	for (uint32_t i = 0; i < header->files.count; i++)
		if (tables->files[i].path >= header->strings.count || tables->strings[tables->files[i].path] != '/')
			return "the name of a file";
	return NULL;
}

/* Where execution goes on, and what is written there, lies in its memory. */
static bool is_there(const struct tables *tables, uint64_t address, uint64_t length, uint32_t protection)
{
	for (uint32_t i = 0; i < tables->header->regions.count; i++) {
		const struct region *region = &tables->regions[i];

		if (region->start <= address && address < region->end)
			return length <= region->end - address && (region->protection & protection) == protection;
	}
	return false;
}

const char *tables_read(struct tables *tables, const void *content, size_t length)
{
	const struct header *header = content;
	const char *wrong;

	if (length < sizeof(*header) || header->magic != DIRECT_MAGIC)
		return "it does not begin as one";
	if (header->format < DIRECT_FORMAT_OLDEST || header->format > DIRECT_FORMAT)
		return "another version of node-crac made it";
	if (header->length != length)
		return "its length";
	*tables = (struct tables){ header,
				   table_in(header, &header->regions, sizeof(struct region), 1 << 20),
				   table_in(header, &header->extents, sizeof(struct extent), 1 << 24),
				   table_in(header, &header->files, sizeof(struct mapped_path), 1 << 16),
				   table_in(header, &header->guards, sizeof(struct span), 1 << 20),
				   table_in(header, &header->strings, 1, 1 << 28),
				   table_in(header, &header->auxv, 1, 4096),
				   table_in(header, &header->vdso, 1, KERNEL_ROOM) };
	if (!tables->regions || !tables->extents || !tables->files || !tables->guards || !tables->strings || !tables->auxv || !tables->vdso)
		return "the places of its tables";
	if (!is_span(header->room.start, header->room.end) || header->highest_fd > 1 << 24)
		return "the restorer's place";
	if ((wrong = wrong_kernel(header)) || (wrong = wrong_files(tables)) || (wrong = wrong_regions(tables)) ||
	    (wrong = wrong_extents(tables)))
		return wrong;
	for (uint32_t i = 0; i < header->guards.count; i++)
		if (!is_span(tables->guards[i].start, tables->guards[i].end) || !may_stand(header, tables->guards[i].start, tables->guards[i].end))
			return "its guard pages";
	if (!is_there(tables, context_place(&header->main), 1, 4) || !is_there(tables, context_stack(&header->main), 8, 2) ||
	    !is_there(tables, header->handover, handover_size(header), 2))
		return "the place where it goes on";
	return NULL;
}
