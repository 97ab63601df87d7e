/*
 * The first half of a restore: replaces all memory of this process with the program's, and jumps into it. No libc, no data
 * of its own, any address: the build makes a flat binary of it, which is part of crac-native (blob.S).
 */
#define _GNU_SOURCE
#include "engines/direct/raw.h"
#include "engines/direct/restorer/advice.h"
#include "engines/direct/restorer/fail.h"
#include "engines/direct/restorer/places.h"
#include "engines/direct/restorer/regions.h"
#include "engines/direct/text.h"

#include <linux/auxvec.h>
#include <linux/prctl.h>
#include <stdbool.h>
#include <sys/mman.h>

#define READ_AT_ONCE 1024

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

	places_clear(plan);
	places_of_kernel(plan);
	plan->handover.times[0] = raw_now();
	for (uint32_t i = 0; i < header->regions.count; i++)
		region_map(plan, &plan->regions[i]);
	regions_keep_from_children(plan);
	plan->handover.times[1] = raw_now();
	read_content(plan);
	regions_copy_written(plan);
	regions_protect(plan);
	set_mm(plan);
	for (uint32_t i = 0; i < header->files.count; i++)
		RAW(close, plan->file_fds[i]);
	RAW(close, plan->page_file);
	RAW(close, plan->mark);
	plan->handover.times[2] = raw_now();
	bytes_copy(handover, &plan->handover, handover_size(header));
	signing_stop();
	thread_pointer_set(header->thread_pointer);
	context_jump(&header->main);
}
