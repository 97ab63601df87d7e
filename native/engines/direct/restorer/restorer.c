/*
 * The first half of a restore: replaces all memory of this process with the program's, and jumps into it. No libc, no data
 * of its own, any address: the build makes a flat binary of it, which is part of crac-native (blob.S).
 */
#define _GNU_SOURCE
#include "engines/direct/error-text.h"
#include "engines/direct/give-up.h"
#include "engines/direct/raw.h"
#include "engines/direct/restorer/advice.h"
#include "engines/direct/restorer/plan.h"
#include "engines/direct/text.h"

#include <errno.h>
#include <linux/auxvec.h>
#include <linux/prctl.h>
#include <stdbool.h>
#include <sys/mman.h>

#define FAILED 72 /* CRAC_EXIT_IMAGE */
#define READ_AT_ONCE 1024
#define ARCH_SET_FS 0x1002
#define ADVISE_DONTFORK 10
#define ADVISE_GUARD 102
#define MAP_KIND 0x0fu
#define MAP_DROP 0x08u /* MAP_DROPPABLE, of Linux 6.11 */

static inline _Noreturn void fail(const struct plan *plan, const char *what, const char *name, long error)
{
	char text[5000], *to = text_put(text_put(text, "crac: "), what);

	if (name)
		to = text_put(text_put(to, " "), name);
	to = text_put(error_put_remedy(error_put(to, error), error), "\n");
	RAW(write, 2, text, to - text);
	give_up(plan->handover.payload, FAILED);
}

static inline bool is_error(long result)
{
	return result < 0 && result > -4096;
}

static void unmap(const struct plan *plan, uint64_t from, uint64_t to)
{
	long done;

	if (from >= to)
		return;
	done = RAW(munmap, from, to - from);
	if (is_error(done))
		fail(plan, "cannot unmap the restorer's own memory", 0, done);
}

/* All that this process has, but the room and the kernel's own pages, which may be anywhere above it. */
static void unmap_all(const struct plan *plan)
{
	uint64_t low = PAGE;

	for (;;) {
		struct span next = { ADDRESS_END, ADDRESS_END };

		for (uint32_t i = 0; i < plan->kernel_count; i++)
			if (plan->kernel[i].start >= low && plan->kernel[i].start < next.start)
				next = plan->kernel[i];
		if (plan->room.start >= low && plan->room.start < next.start)
			next = plan->room;
		unmap(plan, low, next.start);
		if (next.end == ADDRESS_END)
			return;
		low = next.end;
	}
}

static void move(const struct plan *plan, uint64_t from, uint64_t length, uint64_t to)
{
	long moved = RAW(mremap, from, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, to);

	if (is_error(moved))
		fail(plan, "this kernel does not let its own pages be moved", 0, moved);
}

/* By way of the room, as old and new places may overlap. */
static void move_kernels(const struct plan *plan)
{
	uint64_t at = plan->low;

	if (plan->kernel[0].start == plan->kernel_to[0].start)
		return;
	for (uint32_t i = 0; i < plan->kernel_count; i++) {
		uint64_t length = plan->kernel[i].end - plan->kernel[i].start;

		move(plan, plan->kernel[i].start, length, at);
		at += length;
	}
	at = plan->low;
	for (uint32_t i = 0; i < plan->kernel_count; i++) {
		uint64_t length = plan->kernel[i].end - plan->kernel[i].start;

		move(plan, at, length, plan->kernel_to[i].start);
		at += length;
	}
}

/* The program's own vDSO, of another kernel, in its place: what is called there leads to this kernel's. */
static void build_bridge(const struct plan *plan)
{
	const struct span *place = &plan->header->kernel[plan->header->vdso_index];
	uint64_t length = place->end - place->start;
	long done;

	if (!plan->bridge)
		return;
	done = RAW(mmap, place->start, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (!is_error(done)) {
		bytes_copy((void *)place->start, plan->bridge, length);
		done = RAW(mprotect, place->start, length, PROT_READ | PROT_EXEC);
	}
	if (is_error(done))
		fail(plan, "cannot make the way to this kernel's vDSO", 0, done);
}

static void map(const struct plan *plan, const struct region *region)
{
	uint32_t protection = region->protection | (region->written ? PROT_WRITE : 0);
	const char *name = "memory";
	uint64_t offset = 0;
	int file = -1;
	long got;

	if (region->kind == REGION_COW) {
		file = plan->page_file;
		offset = region->offset;
		name = PAGE_FILE_NAME;
	} else if (region->kind == REGION_FILE) {
		file = plan->file_fds[region->file];
		offset = region->offset;
		name = plan->strings + plan->files[region->file].path;
	} else if (region->kind == REGION_MARK) {
		file = plan->mark;
	}
	got = RAW(mmap, region->start, region->end - region->start, protection,
		  (region->flags & ~(uint32_t)(file >= 0 ? MAP_ANONYMOUS : 0)) | MAP_FIXED, file, offset);
	if (is_error(got) && (region->flags & MAP_KIND) == MAP_DROP) /* an older kernel: memory that is never taken away */
		got = RAW(mmap, region->start, region->end - region->start, protection, region->flags - MAP_DROP + MAP_PRIVATE + MAP_FIXED,
			  -1, 0);
	if (got != (long)region->start)
		fail(plan, "cannot map", name, got);
	got = region_advise(region);
	if (is_error(got))
		fail(plan, "cannot lock memory of the program again (ulimit -l)", 0, got);
}

/* Does anything of the kernel's, or what leads there, lie between these? */
static bool is_kernel_between(const struct plan *plan, uint64_t from, uint64_t to)
{
	for (uint32_t i = 0; i < plan->kernel_count; i++)
		if (plan->kernel_to[i].start < to && from < plan->kernel_to[i].end)
			return true;
	for (uint32_t i = 0; i < plan->header->kernel_count; i++)
		if (plan->header->kernel[i].start < to && from < plan->header->kernel[i].end)
			return true;
	return false;
}

/* A heap of V8 has a region for each 256 KiB, none of which a child gets: one call for all that follow each other. The
 * kernel goes on over what is not mapped in between, and says ENOMEM for it; the room is unmapped later. */
static void keep_from_children(const struct plan *plan)
{
	const struct region *regions = plan->regions;
	uint32_t count = plan->header->regions.count, next;

	for (uint32_t i = 0; i < count; i = next) {
		long done;

		next = i + 1;
		if (!(regions[i].advice & ADVICE_DONTFORK))
			continue;
		while (next < count && regions[next].advice & ADVICE_DONTFORK &&
		       !is_kernel_between(plan, regions[next - 1].end, regions[next].start))
			next++;
		done = RAW(madvise, regions[i].start, regions[next - 1].end - regions[i].start, ADVISE_DONTFORK);
		if (!is_error(done) || done == -ENOMEM)
			continue;
		for (uint32_t k = i; k < next; k++)
			RAW(madvise, regions[k].start, regions[k].end - regions[k].start, ADVISE_DONTFORK);
	}
}

static void read_content(const struct plan *plan)
{
	const struct header *header = plan->header;
	uint64_t offset = 0;

	for (uint32_t i = 0; i < header->extents.count;) {
		uint32_t count = header->extents.count - i;
		uint64_t wanted = 0;
		long got;

		if (count > READ_AT_ONCE)
			count = READ_AT_ONCE;
		/* One read gives at most 2 GiB. */
		for (uint32_t k = 0; k < count; k++) {
			if (k > 0 && wanted + plan->extents[i + k].length > (1u << 30)) {
				count = k;
				break;
			}
			wanted += plan->extents[i + k].length;
		}
		got = RAW(preadv, plan->page_file, plan->extents + i, count, offset, 0);
		if (got != (long)wanted)
			fail(plan, "cannot read", PAGE_FILE_NAME, got < 0 ? got : -5);
		offset += wanted;
		i += count;
	}
}

static void protect(const struct plan *plan)
{
	const struct header *header = plan->header;

	for (uint32_t i = 0; i < header->regions.count; i++) {
		const struct region *region = &plan->regions[i];

		if (region->written && !(region->protection & PROT_WRITE))
			RAW(mprotect, region->start, region->end - region->start, region->protection);
	}
	for (uint32_t i = 0; i < header->guards.count; i++) {
		const struct span *guard = &plan->guards[i];
		long done;

		/* A kernel of before 6.13 has such pages only as memory without rights. */
		if (!is_error(RAW(madvise, guard->start, guard->end - guard->start, ADVISE_GUARD)))
			continue;
		done = RAW(mprotect, guard->start, guard->end - guard->start, PROT_NONE);
		if (is_error(done))
			fail(plan, "cannot make a guard page", 0, done);
	}
	for (uint32_t i = 0; i < header->regions.count; i++)
		region_seal(&plan->regions[i]);
}

/* The file that the program was executed from: the one that its program headers are mapped of. */
static uint32_t executable(const struct plan *plan)
{
	const uint64_t *auxv = plan->auxv;
	uint64_t headers = 0;

	for (uint32_t i = 0; i + 16 <= plan->header->auxv.count && auxv[i / 8]; i += 16)
		if (auxv[i / 8] == AT_PHDR)
			headers = auxv[i / 8 + 1];
	for (uint32_t i = 0; i < plan->header->regions.count; i++) {
		const struct region *region = &plan->regions[i];

		if (region->kind == REGION_FILE && region->start <= headers && headers < region->end)
			return (uint32_t)plan->file_fds[region->file];
	}
	return (uint32_t)-1;
}

static bool set_mm_map(struct prctl_mm_map *map)
{
	return !is_error(RAW(prctl, PR_SET_MM, PR_SET_MM_MAP, map, sizeof(*map), 0));
}

/* For brk, ps and the auxiliary vector; a kernel without it (CONFIG_CHECKPOINT_RESTORE) says the restorer's. Only who has
 * the privilege may say what /proc/PID/exe is, and an older kernel may have no room for all of a newer one's auxiliary
 * vector. */
static void set_mm(const struct plan *plan)
{
	struct prctl_mm_map map;
	uint64_t *to = (uint64_t *)&map;

	for (int i = 0; i < MM_FIELDS; i++)
		to[i] = plan->header->mm[i];
	map.auxv = (void *)plan->auxv;
	map.auxv_size = plan->header->auxv.count;
	map.exe_fd = executable(plan);
	if (set_mm_map(&map))
		return;
	map.exe_fd = (uint32_t)-1;
	if (set_mm_map(&map))
		return;
	map.auxv = 0;
	map.auxv_size = 0;
	set_mm_map(&map);
}

_Noreturn void restore(struct plan *plan)
{
	const struct header *header = plan->header;
	struct handover *handover = (struct handover *)header->handover;

	unmap_all(plan);
	move_kernels(plan);
	build_bridge(plan);
	plan->handover.times[0] = raw_now();
	for (uint32_t i = 0; i < header->regions.count; i++)
		map(plan, &plan->regions[i]);
	keep_from_children(plan);
	plan->handover.times[1] = raw_now();
	read_content(plan);
	protect(plan);
	set_mm(plan);
	for (uint32_t i = 0; i < header->files.count; i++)
		RAW(close, plan->file_fds[i]);
	RAW(close, plan->page_file);
	RAW(close, plan->mark);
	plan->handover.times[2] = raw_now();
	bytes_copy(handover, &plan->handover, handover_size(header));
	RAW(arch_prctl, ARCH_SET_FS, header->thread_pointer);
	context_jump(&header->main);
}
