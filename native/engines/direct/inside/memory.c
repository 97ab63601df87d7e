#define _GNU_SOURCE
#include "mappings.h"
#include "owners.h"

#include <fcntl.h>
#include <sys/mman.h>

#define REGIONS_MAX 66000
#define RUNS_MAX (1u << 19)
#define FILES_MAX 4096
#define STRINGS_MAX (1u << 20)
#define TEXT_BYTES (48u << 20)
/* As native/preload/discard.c has it: where V8 asks for its memory. */
#define V8_LOW 0x100000000ull
#define V8_HIGH 0x400000000000ull
#define ARENA_ALIGNMENT (64ull << 20)
#define MAIN_STACK (8ull << 20)
/* Where the restorer may stand: above every program that is linked low, below what the kernel chooses. */
#define ROOM_LOW 0x10000000ull
#define ROOM_HIGH 0x700000000000ull

/* Bits of /proc/self/pagemap. */
#define PAGE_PRESENT (1ull << 63)
#define PAGE_SWAPPED (1ull << 62)
#define PAGE_OF_FILE (1ull << 61)
#define PAGE_GUARD (1ull << 58)
#define ENTRIES 65536

static struct memory *memory;
static struct mapping mapping; /* has a path in it: too large for a stack that a program has chosen */
static uint64_t *entries, previous_end, stack_at;
static long pagemap;
static const char *mark_path;

static bool is_zero(const uint64_t *page)
{
	for (size_t i = 0; i < PAGE / 8; i += 8)
		if (page[i] | page[i + 1] | page[i + 2] | page[i + 3] | page[i + 4] | page[i + 5] | page[i + 6] | page[i + 7])
			return false;
	return true;
}

static bool file_number(uint32_t *number)
{
	size_t length = text_length(mapping.name);

	for (uint32_t i = 0; i < memory->file_count; i++)
		if (text_same(memory->strings + memory->files[i].path, mapping.name)) {
			*number = i;
			return true;
		}
	if (memory->file_count == FILES_MAX || memory->strings_length + length + 1 > STRINGS_MAX)
		return refuse("more files are mapped than this engine notes", NULL, 0);
	*number = memory->file_count++;
	memory->files[*number] = (struct mapped_path){ .path = memory->strings_length };
	bytes_copy(memory->strings + memory->strings_length, mapping.name, length + 1);
	memory->strings_length += (uint32_t)length + 1;
	return true;
}

static bool run_add(uint64_t page, uint32_t first)
{
	struct extent *last = memory->run_count > first ? &memory->runs[memory->run_count - 1] : NULL;

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

static bool guard_add(uint64_t page)
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

/* Has this page something that is not in the mapped file, and is not zeros? */
static bool has_content(uint64_t entry, uint64_t page, enum region_kind kind)
{
	if (!(entry & (PAGE_PRESENT | PAGE_SWAPPED)) || (entry & PAGE_OF_FILE && kind == REGION_FILE))
		return false;
	return kind == REGION_FILE || !is_zero((const uint64_t *)page);
}

static bool runs_of_entries(enum region_kind kind)
{
	uint32_t first = memory->run_count;
	bool readable = mapping.protection & PROT_READ, given = false;

	for (uint64_t page = mapping.start; page < mapping.end;) {
		uint64_t count = (mapping.end - page) / PAGE;
		long got = RAW(pread64, pagemap, entries, (count < ENTRIES ? count : ENTRIES) * 8, page / PAGE * 8);

		if (got <= 0)
			return refuse("cannot read", "/proc/self/pagemap", got);
		count = (uint64_t)got / 8;
		for (uint64_t i = 0; i < count; i++, page += PAGE) {
			if (entries[i] & PAGE_GUARD && !guard_add(page))
				return false;
			if (entries[i] & PAGE_GUARD || !(entries[i] & (PAGE_PRESENT | PAGE_SWAPPED)))
				continue;
			if (!readable && !given)
				given = RAW(mprotect, mapping.start, mapping.end - mapping.start, PROT_READ) == 0;
			if (has_content(entries[i], page, kind) && !run_add(page, first))
				return false;
		}
	}
	if (given)
		RAW(mprotect, mapping.start, mapping.end - mapping.start, mapping.protection);
	return true;
}

/* All that it shows: what lies in an older image's page file is not in the next one. */
static bool runs_of_all(void)
{
	uint32_t first = memory->run_count;

	if (!(mapping.protection & PROT_READ))
		RAW(mprotect, mapping.start, mapping.end - mapping.start, PROT_READ);
	for (uint64_t page = mapping.start; page < mapping.end; page += PAGE)
		if (!is_zero((const uint64_t *)page) && !run_add(page, first))
			return false;
	if (!(mapping.protection & PROT_READ))
		RAW(mprotect, mapping.start, mapping.end - mapping.start, mapping.protection);
	return true;
}

/* glibc's heap_info: the arena, the heap before, its size, the size that was ever made writable. */
static bool is_arena(void)
{
	const uint64_t *words = (const uint64_t *)mapping.start;
	uint64_t length = mapping.end - mapping.start;

	if (mapping.start % ARENA_ALIGNMENT || mapping.protection != (PROT_READ | PROT_WRITE) || length < PAGE)
		return false;
	return words[3] == length && words[2] > 0 && words[2] <= words[3] && words[0] % ARENA_ALIGNMENT < 4096 && words[0] &&
	       words[1] % ARENA_ALIGNMENT == 0;
}

/* Which memory may be a private mapping of the page file: docs/decisions/0004-copy-on-write-images.md has the reasons. */
static bool may_be_mapped(bool beside_code)
{
	if (mapping.is_shared || mapping.protection & PROT_EXEC || mapping.is_locked ||
	    mapping.advice & (ADVICE_WIPEONFORK | ADVICE_MERGEABLE))
		return false;
	if (text_same(mapping.name, "[heap]"))
		return true;
	if (mapping.start >= V8_LOW && mapping.end <= V8_HIGH)
		return !beside_code;
	return is_arena();
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = text_length(text), of_end = text_length(end);

	return length >= of_end && text_same(text + length - of_end, end);
}

static bool is_page_file(void)
{
	const char *found = text_find(mapping.name, "/" PAGE_FILE_NAME);

	return found && (text_same(found, "/" PAGE_FILE_NAME) || ends_with(found, " (deleted)"));
}

static bool keep_kernels(void)
{
	if (memory->kernel_count == KERNEL_MAX)
		return refuse("this kernel has its own pages in more pieces than this engine knows", NULL, 0);
	if (text_same(mapping.name, "[vdso]"))
		memory->vdso_index = memory->kernel_count;
	memory->kernel[memory->kernel_count++] = (struct span){ mapping.start, mapping.end };
	return true;
}

static bool is_kernels(void)
{
	return text_same(mapping.name, "[vdso]") || text_starts(mapping.name, "[vvar");
}

/* Leaves out our own scratch, with which the kernel may have joined a neighbour. */
static bool cut_scratch(void)
{
	struct span own = scratch_span();

	if (mapping.start >= own.start && mapping.end <= own.end)
		return false;
	if (mapping.start < own.start && mapping.end > own.start)
		mapping.end = own.start;
	else if (mapping.start < own.end && mapping.end > own.end)
		mapping.start = own.end;
	return true;
}

static bool refuse_mapping(const char *what)
{
	return refuse(what, *mapping.name ? mapping.name : "without a name", 0);
}

static bool is_possible(void)
{
	if (mapping.is_huge)
		return refuse_mapping("memory in huge pages (hugetlbfs) is mapped:");
	if (mapping.is_device)
		return refuse_mapping("memory of a device is mapped:");
	if (mapping.has_key)
		return refuse_mapping("memory with a protection key is mapped:");
	return true;
}

/* A stack that grows gets its whole size: the kernel of the copy chooses other places for new memory, perhaps right below. */
static void let_grow(struct region *region)
{
	uint64_t lowest = region->end > MAIN_STACK ? region->end - MAIN_STACK : 0;

	if (lowest < previous_end + (1 << 20))
		lowest = previous_end + (1 << 20);
	if (lowest < region->start)
		region->start = lowest & ~(PAGE - 1);
	region->flags |= MAP_NORESERVE | MAP_STACK;
}

static bool note_file(struct region *region)
{
	region->kind = REGION_FILE;
	region->offset = mapping.offset;
	if (!file_number(&region->file))
		return false;
	if (mapping.is_shared && mapping.protection & PROT_WRITE)
		memory->files[region->file].writable = 1;
	return mapping.is_shared || mapping.present == 0 || runs_of_entries(REGION_FILE);
}

static bool note_anonymous(struct region *region, bool beside_code)
{
	bool older = is_page_file();

	region->flags |= MAP_ANONYMOUS;
	region->kind = REGION_EMPTY;
	if (mapping.is_droppable)
		region->flags = (region->flags & ~(uint32_t)MAP_PRIVATE) | 0x08; /* MAP_DROPPABLE */
	if (mapping.grows_down || (mapping.start <= stack_at && stack_at < mapping.end))
		let_grow(region);
	if (mapping.is_droppable || mapping.advice & ADVICE_WIPEONFORK || (mapping.present == 0 && !older && !mapping.is_deleted))
		return true; /* a copy finds it empty, as a child does after a fork */
	if (mapping.is_shared && !text_starts(mapping.name, "/dev/zero"))
		return refuse_mapping("memory is mapped that other processes may share:");
	if (!(older || mapping.is_deleted ? runs_of_all() : runs_of_entries(REGION_READ)))
		return false;
	if (memory->run_count && memory->run_region[memory->run_count - 1] == memory->region_count)
		region->kind = older || may_be_mapped(beside_code) ? REGION_COW : REGION_READ;
	return true;
}

static bool note(bool beside_code)
{
	bool of_file = mapping.inode != 0 && *mapping.name == '/' && !mapping.is_deleted && !is_page_file();
	struct region *region = &memory->regions[memory->region_count];

	if (memory->region_count == REGIONS_MAX)
		return refuse("more memory mappings than this engine notes", NULL, 0);
	*region = (struct region){ .start = mapping.start, .end = mapping.end, .protection = (uint32_t)mapping.protection,
				   .advice = mapping.advice };
	region->flags = (mapping.is_shared ? MAP_SHARED : MAP_PRIVATE) |
			(mapping.has_no_reserve || mapping.protection == PROT_NONE ? MAP_NORESERVE : 0);
	if (of_file && mapping.is_shared && text_same(mapping.name, mark_path))
		region->kind = REGION_MARK;
	else if (!is_possible() || !(of_file ? note_file(region) : note_anonymous(region, beside_code)))
		return false;
	region->written = memory->run_count && memory->run_region[memory->run_count - 1] == memory->region_count;
	memory->region_count++;
	if (!memory->room.start && mapping.start > previous_end && previous_end >= ROOM_LOW && mapping.start <= ROOM_HIGH &&
	    mapping.start - previous_end > (256ull << 20))
		memory->room = (struct span){ previous_end + (64ull << 20), mapping.start - (64ull << 20) };
	previous_end = mapping.end;
	return true;
}

/* Is there executable memory in the reservation that begins here (V8's code range)? */
static bool has_code(const char *at)
{
	static struct mapping next;
	uint64_t end = 0;

	while (mapping_read(&at, &next) && (!end || next.start == end)) {
		if (next.protection & PROT_EXEC)
			return true;
		end = next.end;
	}
	return false;
}

static bool note_all(const char *text)
{
	bool beside_code = false;

	for (const char *at = text, *begin = at; mapping_read(&at, &mapping); begin = at) {
		if (mapping.start != previous_end || at == text)
			beside_code = has_code(begin);
		if (text_same(mapping.name, "[vsyscall]") || !cut_scratch())
			continue;
		if (!(is_kernels() ? keep_kernels() : note(beside_code)))
			return false;
	}
	return memory->room.start || refuse("the program leaves no room for the restorer", NULL, 0);
}

/* V8's heap holds no locks of libc's, and is most of it. */
static bool look_for_owners(void)
{
	owners_begin();
	for (uint32_t i = 0; i < memory->run_count; i++) {
		const struct extent *run = &memory->runs[i];
		const struct region *region = &memory->regions[memory->run_region[i]];
		bool is_heap = run->address >= V8_LOW && run->address < V8_HIGH;

		if (!is_heap && (region->protection & (PROT_READ | PROT_WRITE)) == (PROT_READ | PROT_WRITE) &&
		    !owners_look(run->address, run->address + run->length))
			return false;
	}
	return true;
}

static bool take(struct memory *to)
{
	to->regions = scratch_take(REGIONS_MAX * sizeof(*to->regions));
	to->runs = scratch_take(RUNS_MAX * sizeof(*to->runs));
	to->run_region = scratch_take(RUNS_MAX * sizeof(*to->run_region));
	to->files = scratch_take(FILES_MAX * sizeof(*to->files));
	to->guards = scratch_take(REGIONS_MAX * sizeof(*to->guards));
	to->strings = scratch_take(STRINGS_MAX);
	entries = scratch_take(ENTRIES * 8);
	return to->regions && to->runs && to->run_region && to->files && to->guards && to->strings && entries;
}

bool memory_note(struct memory *to, const char *mark, uint64_t stack_pointer)
{
	char *text;
	long got;
	bool good;

	bytes_clear(to, sizeof(*to));
	memory = to;
	mark_path = mark;
	stack_at = stack_pointer;
	previous_end = 0;
	text = take(to) ? scratch_take(TEXT_BYTES) : NULL;
	if (!text)
		return false;
	got = proc_read("/proc/self/smaps", text, TEXT_BYTES);
	if (got < 0)
		return refuse("cannot read", "/proc/self/smaps", got);
	pagemap = RAW(openat, AT_FDCWD, "/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		return refuse("cannot read", "/proc/self/pagemap", pagemap);
	good = note_all(text) && look_for_owners();
	RAW(close, pagemap);
	return good;
}
