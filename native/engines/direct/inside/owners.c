/*
 * Mutexes that know their owner by the number of its thread (recursive ones, and those that check for errors): in a copy
 * threads have other numbers, and one that was locked when the program stood still could never be unlocked again. They
 * are looked for in memory, and get the new number.
 *
 * A thread may be stopped anywhere, so one may be held. Robust and priority-inheriting mutexes are the kernel's matter,
 * too: who holds one of these is refused (threads.c).
 */
#include "owners.h"
#include "division.h"

#include <sys/mman.h>

#define OWNERS_MAX 1024
#define LOW_HALF 0xffffffffull
#define KIND_RECURSIVE 1
#define KIND_CHECKING 2
#define KIND_MASK 0x7full /* besides: whether it may be elided */
#define KIND_BITS 0xffffull
#define COUNT_MAX 65536

/* The fields of glibc's struct __pthread_mutex_s, which is the same since 2003. */
struct mutex {
	uint64_t lock_count, owner_users, kind_spins, list[2];
};

static struct {
	uint64_t mutex;
	int thread; /* of threads.others, or -1 for the main one */
} owners[OWNERS_MAX];
static int owner_count = 1; /* not in a page of zeros */

static bool number_of_thread(uint32_t tid, int *thread)
{
	*thread = -1;
	if (tid == (uint32_t)threads.self.tid)
		return true;
	for (int i = 0; i < threads.count; i++)
		if (tid == (uint32_t)threads.others[i].tid) {
			*thread = i;
			return true;
		}
	return false;
}

static bool is_held(const struct mutex *mutex)
{
	uint64_t lock = mutex->lock_count & LOW_HALF, count = mutex->lock_count >> 32, users = mutex->owner_users >> 32;
	uint64_t kind = mutex->kind_spins & LOW_HALF;

	if (lock != 1 && lock != 2)
		return false;
	if (users == 0 || users > COUNT_MAX || count > COUNT_MAX || mutex->list[0] || mutex->list[1] || kind > KIND_BITS)
		return false;
	return ((kind & KIND_MASK) == KIND_RECURSIVE && count > 0) || ((kind & KIND_MASK) == KIND_CHECKING && count == 0);
}

void owners_begin(void)
{
	owner_count = 0;
	/* What is noted in a page of zeros, after memory was looked through, would not be in the image. */
	for (int i = 0; i < OWNERS_MAX; i++)
		owners[i].mutex = ~0ull;
}

static bool look(uint64_t start, uint64_t end)
{
	for (uint64_t at = start; at + sizeof(struct mutex) <= end; at += 8) {
		const struct mutex *mutex = (const struct mutex *)at;
		int thread;

		if (!is_held(mutex) || !number_of_thread((uint32_t)mutex->owner_users, &thread))
			continue;
		if (owner_count == OWNERS_MAX)
			return refuse("more locks are held than this engine notes", NULL, 0);
		owners[owner_count].mutex = at;
		owners[owner_count++].thread = thread;
	}
	return true;
}

/* Finds the mutexes. V8's heap holds no locks of libc's, and is most of memory. */
bool owners_find(const struct memory *memory)
{
	for (uint32_t i = 0; i < memory->run_count; i++) {
		const struct extent *run = &memory->runs[i];
		const struct region *region = &memory->regions[memory->run_region[i]];
		bool is_heap = run->address >= V8_LOW && run->address < V8_HIGH;

		if (!is_heap && (region->protection & (PROT_READ | PROT_WRITE)) == (PROT_READ | PROT_WRITE) &&
		    !look(run->address, run->address + run->length))
			return false;
	}
	return true;
}

void owners_renew(void)
{
	for (int i = 0; i < owner_count; i++) {
		const struct thread *thread = owners[i].thread < 0 ? &threads.self : &threads.others[owners[i].thread];
		struct mutex *mutex = (struct mutex *)owners[i].mutex;

		if (thread->tid_address)
			mutex->owner_users = (mutex->owner_users & ~LOW_HALF) | *thread->tid_address;
	}
}
