/*
 * Locks that know their owner by the number of its thread: mutexes that are recursive, check for errors or inherit priority,
 * and locks of one writer and many readers. In a copy threads have other numbers, and one that was held when the program
 * stood still could never be unlocked again. They are looked for in memory, and get the new number.
 *
 * A thread may be stopped anywhere, so one may be held. Robust mutexes are the kernel's matter, too: who holds one of these
 * is refused (thread.c).
 */
#include "owners.h"
#include "division.h"

#include <sys/mman.h>

#define OWNERS_MAX 1024
#define LOW_HALF 0xffffffffull
#define KIND_RECURSIVE 1
#define KIND_CHECKING 2
#define KIND_INHERITS 32 /* priority: the futex itself is the number */
#define FUTEX_NUMBER 0x3fffffffu
#define KIND_MASK 0x7full /* besides: whether it may be elided */
#define KIND_BITS 0xffffull
#define COUNT_MAX 65536

/* The fields of glibc's struct __pthread_mutex_s, which is the same since 2003. */
struct mutex {
	uint64_t lock_count, owner_users, kind_spins, list[2];
};

/* Of its pthread_rwlock_t, since 2.25. */
struct shared_lock {
	uint32_t readers, writers, phase, writers_futex, nothing[2], writer, shared;
	uint64_t none[2];
};

static struct {
	uint64_t word; /* of 32 bits, of which these are the number */
	uint32_t bits;
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

	if (users == 0 || users > COUNT_MAX || count > COUNT_MAX || mutex->list[0] || mutex->list[1] || kind > KIND_BITS)
		return false;
	if ((kind & KIND_MASK & ~3ull) == KIND_INHERITS)
		return (lock & FUTEX_NUMBER) == (mutex->owner_users & LOW_HALF) && (kind & 3) != 3;
	if (lock != 1 && lock != 2)
		return false;
	return ((kind & KIND_MASK) == KIND_RECURSIVE && count > 0) || ((kind & KIND_MASK) == KIND_CHECKING && count == 0);
}

/* By a writer. */
static bool is_written(const struct shared_lock *lock)
{
	return (lock->readers & 3) == 3 && lock->phase <= 3 && lock->writers_futex <= 3 && lock->writers <= COUNT_MAX &&
	       !(lock->nothing[0] | lock->nothing[1]) && lock->shared <= 1 && !(lock->none[0] | lock->none[1]);
}

void owners_begin(void)
{
	owner_count = 0;
	/* What is noted in a page of zeros, after memory was looked through, would not be in the image. */
	for (int i = 0; i < OWNERS_MAX; i++)
		owners[i].word = ~0ull;
}

static bool add(const void *word, uint32_t bits, int thread)
{
	if (owner_count == OWNERS_MAX)
		return refuse("more locks are held than this engine notes", NULL, 0);
	owners[owner_count].word = (uint64_t)word;
	owners[owner_count].bits = bits;
	owners[owner_count++].thread = thread;
	return true;
}

static bool look_at(uint64_t at, uint64_t end)
{
	const struct mutex *mutex = (const struct mutex *)at;
	const struct shared_lock *shared = (const struct shared_lock *)at;
	int thread;

	if (is_held(mutex) && number_of_thread((uint32_t)mutex->owner_users, &thread))
		return add(&mutex->owner_users, ~0u, thread) &&
		       ((mutex->kind_spins & KIND_INHERITS) == 0 || add(&mutex->lock_count, FUTEX_NUMBER, thread));
	if (at + sizeof(*shared) <= end && is_written(shared) && number_of_thread(shared->writer, &thread))
		return add(&shared->writer, ~0u, thread);
	return true;
}

static bool look(uint64_t start, uint64_t end)
{
	for (uint64_t at = start; at + sizeof(struct mutex) <= end; at += 8)
		if (!look_at(at, end))
			return false;
	return true;
}

/* Finds the mutexes. V8's heap holds no locks of libc's, and is most of memory. */
bool owners_find(const struct memory *memory)
{
	for (uint32_t i = 0; i < memory->run_count; i++) {
		const struct extent *run = &memory->runs[i];
		const struct region *region = &memory->regions[memory->run_region[i]];
		bool is_heap = run->address >= V8_LOW && run->address < V8_END;

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
		uint32_t *word = (uint32_t *)owners[i].word;

		if (thread->tid_address)
			*word = (*word & ~owners[i].bits) | (*thread->tid_address & owners[i].bits);
	}
}
