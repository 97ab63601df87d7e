/*
 * Preloaded into the program: the generators of Rust's crate `rand` from 0.9 on in addons (`rand::rng()`), which know
 * of no fork. In a copy each is made to seed itself anew at its next draw, as its own `reseed` would.
 *
 * A thread has one for each addon, behind a pointer in the addon's thread-local memory. It is recognised by what it
 * consists of; what is not recognised is left alone. It is looked for before the dump, when threads are still, and
 * looked at again in the copy, before it is written to.
 *
 *   0.10: the first word of the block says how many of it were given out; ChaCha's constants and key stand behind it.
 *         It gets another key, and the block is used up.
 *   0.9:  behind the block stands how many words of it were given out, ChaCha's state without the constants, the limit
 *         of bytes, and how many of these are left: none are, and the block is used up, so it seeds itself anew.
 */
#define _GNU_SOURCE
#include "preload/fork-aware.h"
#include "preload/opened.h"
#include "preload/threads.h"

#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST 256
#define WORDS 64        /* of a block */
#define REFERENCES 1024 /* more than any thread has */
#define LIMIT 65536

static const uint32_t constants[4] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };

/* Both generators as the compiler lays them out; the block is first in both. */
struct generator {
	uint64_t references, weak;
	uint32_t block[WORDS];
	union {
		struct {
			uint32_t constants[4], key[8];
		} v10;
		struct {
			uint64_t given, padding;
			uint32_t state[12];
			int64_t limit, left;
		} v9;
	};
};

_Static_assert(sizeof(struct generator) == 352, "as large as rand 0.9 makes it");

static struct generator *found[MOST];
static size_t found_count;

static bool is_used(uint64_t count)
{
	return count >= 1 && count <= REFERENCES;
}

static bool is_v10(const struct generator *generator)
{
	return memcmp(generator->v10.constants, constants, sizeof(constants)) == 0 && generator->block[0] >= 1 &&
	       generator->block[0] <= WORDS;
}

static bool is_v9(const struct generator *generator)
{
	return generator->v9.limit == LIMIT && generator->v9.left <= LIMIT && generator->v9.left > -LIMIT &&
	       generator->v9.left % (4 * WORDS) == 0 && generator->v9.given <= WORDS;
}

/* Recognises a generator. The address may lead anywhere, so the kernel reads it, and says where it does not exist. */
static bool is_generator(uintptr_t address)
{
	struct generator copy;
	struct iovec here = { &copy, sizeof(copy) }, there = { (void *)address, sizeof(copy) };

	return address >= 4096 && address % 8 == 0 &&
	       process_vm_readv((pid_t)syscall(SYS_getpid), &here, 1, &there, 1, 0) == (ssize_t)sizeof(copy) && is_used(copy.references) &&
	       is_used(copy.weak) && (is_v10(&copy) || is_v9(&copy));
}

static void look_at(uint64_t *memory, void *data)
{
	size_t words = *(size_t *)data / sizeof(uint64_t);

	for (size_t i = 0; i < words && found_count < MOST; i++) {
		/* Rust notes beside a thread-local value whether there is one yet. */
		bool has_value = (i > 0 && (memory[i - 1] & 0xff) == 1) || (i + 1 < words && (memory[i + 1] & 0xff) == 1);

		if (has_value && is_generator(memory[i]))
			found[found_count++] = (struct generator *)memory[i];
	}
}

static int look_in(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	if (info->dlpi_tls_modid == 0 || !info->dlpi_name || !*info->dlpi_name || strstr(info->dlpi_name, "/libc.so."))
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		size_t length = info->dlpi_phdr[i].p_memsz;

		if (info->dlpi_phdr[i].p_type == PT_TLS)
			threads_memory(info->dlpi_tls_modid, look_at, &length);
	}
	return 0;
}

void rust_rand_before_copy(void)
{
	found_count = 0;
	dl_iterate_phdr(look_in, NULL);
}

void rust_rand_in_copy(void)
{
	for (size_t i = 0; i < found_count; i++) {
		if (!is_generator((uintptr_t)found[i]))
			continue; /* its thread has ended meanwhile */
		if (!is_v10(found[i])) {
			found[i]->v9.given = WORDS;
			found[i]->v9.left = 0;
		} else if (getrandom(found[i]->v10.key, sizeof(found[i]->v10.key), 0) == sizeof(found[i]->v10.key)) {
			found[i]->block[0] = WORDS;
		}
	}
}
