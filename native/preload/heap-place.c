/*
 * Preloaded into the program: the pages of V8's heap lie beside each other.
 *
 * V8 asks for each of them (256 KiB, or what a large object takes) at a random address below V8_HIGH. Then each is a
 * mapping of its own, whose page tables hold nothing else: a copy of a program makes as many mappings as its heap has
 * pages, and the kernel clears three pages of tables for each. Here all get a hint within one area, whose place is as
 * random; adjacent pages become one mapping. It is a hint, no more: where something is already, the kernel says so by
 * giving another address.
 */
#define _GNU_SOURCE
#include "v8-range.h"

#include <dlfcn.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/types.h>

#define EXPORT __attribute__((visibility("default")))
#define SLOT ((uint64_t)256 << 10) /* V8 aligns its pages so */
#define SLOTS (1u << 18)
#define AREA (SLOT * SLOTS)
#define TRIES 8
#define PATIENCE 200 /* turns that another thread is given */

typedef void *map_call(void *, size_t, int, int, int, off_t);

/* A set bit is a slot that is given out, or where the kernel has told of something else. */
static uint64_t taken[SLOTS / 64];
static uint64_t area;   /* where it begins; 0 until V8 asks first */
static uint32_t lowest; /* below it no slot is free */
static atomic_flag busy = ATOMIC_FLAG_INIT;

static bool is_taken(uint32_t slot)
{
	return taken[slot / 64] >> slot % 64 & 1;
}

static void mark(uint32_t slot, bool is_given)
{
	uint64_t bit = 1ull << slot % 64;

	if (is_given)
		taken[slot / 64] |= bit;
	else
		taken[slot / 64] &= ~bit;
}

/* Returns the first of so many free slots that follow each other, and marks them; SLOTS where there are none. */
static uint32_t take(uint32_t count)
{
	uint32_t found = 0, slot;

	while (lowest < SLOTS && is_taken(lowest))
		lowest++;
	for (slot = lowest; slot < SLOTS && found < count; slot++)
		found = is_taken(slot) ? 0 : found + 1;
	if (found < count)
		return SLOTS;
	for (uint32_t i = slot - count; i < slot; i++)
		mark(i, true);
	return slot - count;
}

/* Another thread holds it for microseconds; or one did when this process was forked, and then nobody lets go of it. */
static bool lock(void)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (!atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
			return true;
		sched_yield();
	}
	return false;
}

/* Chooses the area by V8's first random address, away from both ends of its range. */
static void choose_area(uint64_t hint)
{
	if (!area)
		area = (V8_HIGH / 4 + hint % (V8_HIGH / 2)) & ~(AREA - 1);
}

/* Where the area cannot be had, V8's own address is as good. */
static uint64_t place(uint64_t hint, size_t length)
{
	uint64_t count = (length + SLOT - 1) / SLOT;
	uint32_t slot = SLOTS;

	if (count > SLOTS || !lock())
		return hint;
	choose_area(hint);
	slot = take((uint32_t)count);
	atomic_flag_clear_explicit(&busy, memory_order_release);
	return slot == SLOTS ? hint : area + slot * SLOT;
}

static bool is_heap(uint64_t hint, size_t length, int flags, int fd)
{
	return fd == -1 && length > 0 && !(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_SHARED)) && hint >= V8_LOW &&
	       hint < V8_HIGH && hint % SLOT == 0;
}

static int unmap(void *address, size_t length)
{
	static int (*real)(void *, size_t);

	if (!real)
		real = (int (*)(void *, size_t))dlsym(RTLD_NEXT, "munmap");
	return real(address, length);
}

static void *map(map_call *real, void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	if (!is_heap((uintptr_t)address, length, flags, fd))
		return real(address, length, protection, flags, fd, offset);
	for (int i = 0; i < TRIES; i++) {
		uint64_t here = place((uintptr_t)address, length);
		void *got = real((void *)here, length, protection, flags, fd, offset);

		if (got == (void *)here || got == MAP_FAILED || here == (uintptr_t)address)
			return got;
		unmap(got, length); /* these slots stay marked: something else is there */
	}
	return real(address, length, protection, flags, fd, offset);
}

EXPORT void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	static map_call *real;

	if (!real)
		real = (map_call *)dlsym(RTLD_NEXT, "mmap");
	return map(real, address, length, protection, flags, fd, offset);
}

#ifdef __GLIBC__ /* musl has one name for both */
EXPORT void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
	return mmap(address, length, protection, flags, fd, offset);
}
#endif

/* What begins in the range that goes is free: V8 unmaps the end of each mapping, which it has asked for to align it. */
static void give_back(uint64_t start, uint64_t end)
{
	uint64_t low = start > area ? start : area, high = end < area + AREA ? end : area + AREA;

	if (!area || low >= high)
		return;
	if (!lock())
		return; /* these slots stay marked: addresses are not scarce */
	for (uint64_t at = (low + SLOT - 1) & ~(SLOT - 1); at < high; at += SLOT) {
		uint32_t slot = (uint32_t)((at - area) / SLOT);

		mark(slot, false);
		if (slot < lowest)
			lowest = slot;
	}
	atomic_flag_clear_explicit(&busy, memory_order_release);
}

EXPORT int munmap(void *address, size_t length)
{
	int done = unmap(address, length);

	if (done == 0)
		give_back((uintptr_t)address, (uintptr_t)address + length);
	return done;
}
