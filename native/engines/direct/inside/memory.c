#define _GNU_SOURCE
#include "division.h"
#include "owners.h"
#include "pages.h"
#include "possible.h"
#include "shared-memory.h"

#include <sys/mman.h>

#define FILES_MAX 4096
#define STRINGS_MAX (1u << 20)
#define TEXT_BYTES (48u << 20)
#define MAIN_STACK (8ull << 20)
#define RED_ZONE 128 /* what a function may use below its stack pointer */
/* The range where the restorer may stand: above every program that is linked low, below what the kernel chooses. */
#define ROOM_LOW 0x10000000ull

static struct memory *memory;
static struct mapping mapping; /* has a path in it: too large for a stack that a program has chosen */
static uint64_t previous_end, stack_at;
static const char *mark_path;

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

/* Tells whether there is room for the restorer between the mapping before and this one. The kernel's own pages may be
 * in such a hole. */
static void note_room(void)
{
	uint64_t low = previous_end > ROOM_LOW ? previous_end : ROOM_LOW, high = mapping.start < ROOM_HIGH ? mapping.start : ROOM_HIGH;

	if (!memory->room.start && high > low && high - low > (256ull << 20))
		memory->room = (struct span){ low + (64ull << 20), high - (64ull << 20) };
	previous_end = mapping.end;
}

static bool keep_kernels(void)
{
	if (memory->kernel_count == KERNEL_MAX)
		return refuse("this kernel has its own pages in more pieces than this engine knows", NULL, 0);
	if (text_same(mapping.name, "[vdso]"))
		memory->vdso_index = memory->kernel_count;
	memory->kernel[memory->kernel_count++] = (struct span){ mapping.start, mapping.end };
	note_room();
	return true;
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

/* Gives a stack that grows its whole size: the kernel of the copy chooses other places for new memory, perhaps right
 * below. */
static void let_grow(struct region *region)
{
	uint64_t lowest = region->end > MAIN_STACK ? region->end - MAIN_STACK : 0;

	if (lowest < previous_end + (1 << 20))
		lowest = previous_end + (1 << 20);
	if (lowest < region->start)
		region->start = lowest & ~(PAGE - 1);
	region->flags |= MAP_NORESERVE | MAP_STACK;
}

/* What the dynamic linker has written to and then made read-only (RELRO): nobody writes there or gives it back. */
static bool is_relocated(void)
{
	return pages_found(memory) && !(mapping.protection & (PROT_WRITE | PROT_EXEC));
}

/* All of it is mapped from the page file, which all copies share: no page is copied, and none made read-only anew. */
static bool note_from_page_file(struct region *region)
{
	pages_forget(memory);
	if (!pages_note(memory, &mapping, PAGES_SHOWN))
		return false;
	region->kind = pages_found(memory) ? REGION_COW : REGION_EMPTY;
	region->flags |= MAP_ANONYMOUS;
	return true;
}

static bool note_file(struct region *region)
{
	region->kind = REGION_FILE;
	region->offset = mapping.offset;
	if (!file_number(&region->file))
		return false;
	if (mapping.is_shared && mapping.protection & PROT_WRITE)
		memory->files[region->file].writable = 1;
	if (mapping.is_shared || mapping.present == 0)
		return true;
	return pages_note(memory, &mapping, PAGES_WRITTEN) && (!(is_relocated() || division_is_low_data(&mapping)) || note_from_page_file(region));
}

/* What lies below where the main thread comes back is nobody's: calls that have returned. */
static uint64_t first_of_use(void)
{
	if (!text_same(mapping.name, "[stack]") || stack_at - RED_ZONE < mapping.start || stack_at >= mapping.end)
		return mapping.start;
	return (stack_at - RED_ZONE) & ~(uint64_t)(PAGE - 1);
}

static bool note_anonymous(struct region *region, bool beside_code)
{
	bool older = division_is_mapped(&mapping);

	region->flags |= MAP_ANONYMOUS;
	region->kind = REGION_EMPTY;
	if (shared_memory_is(mapping.start, mapping.end)) {
		shared_memory_advise(mapping.start, mapping.advice);
		region->flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
		region->protection = PROT_NONE;
		return true;
	}
	if (mapping.is_droppable)
		region->flags = (region->flags & ~(uint32_t)MAP_PRIVATE) | 0x08; /* MAP_DROPPABLE */
	if (mapping.grows_down || (mapping.start <= stack_at && stack_at < mapping.end))
		let_grow(region);
	if (mapping.is_droppable || mapping.advice & ADVICE_WIPEONFORK || (mapping.present == 0 && !older && !mapping.is_deleted))
		return true; /* a copy finds it empty, as a child does after a fork */
	if (mapping.is_shared && !text_starts(mapping.name, "/dev/zero")) /* SysV's */
		return possible_refuse_shared(&mapping);
	if (!pages_note_from(memory, &mapping, first_of_use(), older || mapping.is_deleted ? PAGES_SHOWN : PAGES_PRESENT))
		return false;
	if (pages_found(memory))
		region->kind = older || division_may_map(&mapping, beside_code) ? REGION_COW : REGION_READ;
	return true;
}

static bool note(bool beside_code)
{
	bool of_file = mapping.inode != 0 && *mapping.name == '/' && !mapping.is_deleted && !division_is_mapped(&mapping);
	struct region *region = &memory->regions[memory->region_count];

	if (memory->region_count == REGIONS_MAX)
		return refuse("more memory mappings than this engine notes", NULL, 0);
	*region = (struct region){ .start = mapping.start, .end = mapping.end, .protection = (uint32_t)mapping.protection,
				   .advice = mapping.advice };
	region->flags = (mapping.is_shared ? MAP_SHARED : MAP_PRIVATE) |
			(mapping.has_no_reserve || mapping.protection == PROT_NONE ? MAP_NORESERVE : 0);
	if (of_file && mapping.is_shared && text_same(mapping.name, mark_path))
		region->kind = REGION_MARK;
	else if (!possible_is(&mapping) || !(of_file ? note_file(region) : note_anonymous(region, beside_code)))
		return false;
	region->written = pages_found(memory);
	memory->region_count++;
	note_room();
	return true;
}

/* Tells whether there is executable memory in the reservation that begins here (V8's code range). */
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
		if (!(possible_is_kernels(&mapping) ? keep_kernels() : note(beside_code)))
			return false;
	}
	return memory->room.start || refuse("the program leaves no room for the restorer", NULL, 0);
}

static bool take(struct memory *to)
{
	to->regions = scratch_take(REGIONS_MAX * sizeof(*to->regions));
	to->files = scratch_take(FILES_MAX * sizeof(*to->files));
	to->strings = scratch_take(STRINGS_MAX);
	return to->regions && to->files && to->strings && pages_take(to);
}

const char *memory_text(void)
{
	char *text = scratch_take(TEXT_BYTES);
	long got = text ? proc_read("/proc/self/smaps", text, TEXT_BYTES) : -1;

	if (text && got < 0)
		refuse("cannot read", "/proc/self/smaps", got);
	return got < 0 ? NULL : text;
}

bool memory_note(struct memory *to, const char *mark, uint64_t stack_pointer, const char *text)
{
	bool good;

	bytes_clear(to, sizeof(*to));
	memory = to;
	mark_path = mark;
	stack_at = stack_pointer;
	previous_end = 0;
	if (!text || !take(to))
		return false;
	owners_begin();
	division_begin();
	if (!pages_begin())
		return false;
	good = note_all(text) && owners_find(memory);
	pages_end();
	return good;
}
