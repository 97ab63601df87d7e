#define _GNU_SOURCE
#include "pages.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#define RUNS_MAX (1u << 19)
#define ENTRIES 65536
#define ADVISE_POPULATE_READ 22

/* Bits of /proc/self/pagemap. */
#define PAGE_PRESENT (1ull << 63)
#define PAGE_SWAPPED (1ull << 62)
#define PAGE_OF_FILE (1ull << 61)
#define PAGE_GUARD (1ull << 58)

static uint64_t *entries;
static long pagemap;

bool pages_take(struct memory *memory)
{
	memory->runs = scratch_take(RUNS_MAX * sizeof(*memory->runs));
	memory->run_region = scratch_take(RUNS_MAX * sizeof(*memory->run_region));
	memory->guards = scratch_take(REGIONS_MAX * sizeof(*memory->guards));
	entries = scratch_take(ENTRIES * 8);
	return memory->runs && memory->run_region && memory->guards && entries;
}

bool pages_begin(void)
{
	pagemap = RAW(openat, AT_FDCWD, "/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	return pagemap >= 0 || refuse("cannot read", "/proc/self/pagemap", pagemap);
}

void pages_end(void)
{
	RAW(close, pagemap);
}

bool pages_found(const struct memory *memory)
{
	return memory->run_count && memory->run_region[memory->run_count - 1] == memory->region_count;
}

void pages_forget(struct memory *memory)
{
	while (pages_found(memory))
		memory->run_count--;
}

static bool is_zero(const uint64_t *page)
{
	for (size_t i = 0; i < PAGE / 8; i += 8)
		if (page[i] | page[i + 1] | page[i + 2] | page[i + 3] | page[i + 4] | page[i + 5] | page[i + 6] | page[i + 7])
			return false;
	return true;
}

static bool run_add(struct memory *memory, uint64_t page)
{
	struct extent *last = pages_found(memory) ? &memory->runs[memory->run_count - 1] : NULL;

	if (last && last->address + last->length == page) {
		last->length += PAGE;
		return true;
	}
	if (memory->run_count == RUNS_MAX)
		return refuse("memory is written in more pieces than this engine notes", NULL, 0);
	memory->run_region[memory->run_count] = memory->region_count;
	memory->runs[memory->run_count++] = (struct extent){ page, PAGE };
	return true;
}

static bool guard_add(struct memory *memory, uint64_t page)
{
	struct span *last = memory->guard_count ? &memory->guards[memory->guard_count - 1] : NULL;

	if (last && last->end == page) {
		last->end += PAGE;
		return true;
	}
	if (memory->guard_count == REGIONS_MAX)
		return refuse("more guard pages than this engine notes", NULL, 0);
	memory->guards[memory->guard_count++] = (struct span){ page, page + PAGE };
	return true;
}

/* Behind the end of its file, where a read ends the program. */
static bool is_beyond(uint64_t page)
{
	return RAW(madvise, page, PAGE, ADVISE_POPULATE_READ) == -EFAULT;
}

/* Linux 6.13 and 6.14 have guards and no bit for them: they look like pages that were swapped out, and end whoever reads one. */
static bool is_guard(uint64_t entry, uint64_t page)
{
	if (entry & PAGE_GUARD)
		return true;
	return (entry & (PAGE_SWAPPED | PAGE_PRESENT)) == PAGE_SWAPPED && is_beyond(page);
}

static bool may_have_content(uint64_t entry, enum pages which)
{
	if (which == PAGES_SHOWN)
		return true;
	return entry & (PAGE_PRESENT | PAGE_SWAPPED) && !(entry & PAGE_OF_FILE && which == PAGES_WRITTEN);
}

/* For a moment; what is sealed stays as it is. */
static bool make_readable(const struct mapping *mapping)
{
	long done = RAW(mprotect, mapping->start, mapping->end - mapping->start, PROT_READ);

	return done >= 0 || refuse("memory that may not be read cannot be made so (mseal?)", NULL, done);
}

static bool note_page(struct memory *memory, uint64_t entry, uint64_t page, enum pages which, bool has_gaps)
{
	if (is_guard(entry, page))
		return guard_add(memory, page);
	if (has_gaps && !(entry & PAGE_PRESENT) && is_beyond(page))
		return true;
	if (!may_have_content(entry, which) || (which != PAGES_WRITTEN && is_zero((const uint64_t *)page)))
		return true;
	return run_add(memory, page);
}

static bool note_all(struct memory *memory, const struct mapping *mapping, uint64_t first, enum pages which, bool *given)
{
	bool readable = mapping->protection & PROT_READ, has_gaps = false;

	if (which == PAGES_SHOWN) {
		if (!readable && !(*given = make_readable(mapping)))
			return false;
		has_gaps = RAW(madvise, mapping->start, mapping->end - mapping->start, ADVISE_POPULATE_READ) == -EFAULT;
	}
	for (uint64_t page = first; page < mapping->end;) {
		uint64_t count = (mapping->end - page) / PAGE;
		long got = RAW(pread64, pagemap, entries, (count < ENTRIES ? count : ENTRIES) * 8, page / PAGE * 8);

		if (got <= 0)
			return refuse("cannot read", "/proc/self/pagemap", got);
		count = (uint64_t)got / 8;
		for (uint64_t i = 0; i < count; i++, page += PAGE) {
			if (which != PAGES_SHOWN && !(entries[i] & (PAGE_PRESENT | PAGE_SWAPPED | PAGE_GUARD)))
				continue;
			if (!readable && !*given && !(*given = make_readable(mapping)))
				return false;
			if (!note_page(memory, entries[i], page, which, has_gaps))
				return false;
		}
	}
	return true;
}

bool pages_note_from(struct memory *memory, const struct mapping *mapping, uint64_t first, enum pages which)
{
	bool given = false, good = note_all(memory, mapping, first, which, &given);

	if (given)
		RAW(mprotect, mapping->start, mapping->end - mapping->start, mapping->protection);
	return good;
}

bool pages_note(struct memory *memory, const struct mapping *mapping, enum pages which)
{
	return pages_note_from(memory, mapping, mapping->start, which);
}
