#define _GNU_SOURCE
#include "engines/direct/restorer/places.h"
#include "engines/direct/raw.h"
#include "engines/direct/restorer/fail.h"
#include "engines/direct/text.h"

#include <sys/mman.h>

static void unmap(const struct plan *plan, uint64_t from, uint64_t to)
{
	long done;

	if (from >= to)
		return;
	done = RAW(munmap, from, to - from);
	if (is_error(done))
		fail(plan, "cannot unmap the restorer's own memory", 0, done);
}

void places_clear(const struct plan *plan)
{
	uint64_t low = PAGE_LEAST;

	for (;;) {
		struct span next = { plan->end, plan->end };

		for (uint32_t i = 0; i < plan->kernel_count; i++)
			if (plan->kernel[i].start >= low && plan->kernel[i].start < next.start)
				next = plan->kernel[i];
		if (plan->room.start >= low && plan->room.start < next.start)
			next = plan->room;
		unmap(plan, low, next.start);
		if (next.end == plan->end)
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

void places_of_kernel(const struct plan *plan)
{
	move_kernels(plan);
	build_bridge(plan);
}
