/*
 * Preloaded into the program: SQLite's generator, behind random() and randomblob(), also inside of node and of addons.
 *
 * It lies in the library's own data: ChaCha's constants, key and counter, a block of 64 bytes, and how many of these
 * are left. SQLite seeds it where the first word is 0, as at its first draw and after sqlite3_randomness(0, NULL), which
 * is not exported. It is looked for before the dump, in libraries that are SQLite or have it inside.
 */
#define _GNU_SOURCE
#include "preload/fork-aware.h"

#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MOST 16

static const uint32_t constants[4] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
static const char mine[] = "SQLite format"; /* its continuation is looked for apart, not to be found in this library */

struct generator {
	uint32_t constants[4], rest[12];
	unsigned char block[64], left;
};

static struct generator *found[MOST];
static size_t found_count;

static bool is_sqlite(struct dl_phdr_info *info)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		const char *start = (const char *)(info->dlpi_addr + segment->p_vaddr), *at = start, *end = start + segment->p_filesz;

		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_R) || (segment->p_flags & PF_W))
			continue;
		for (; (at = memmem(at, end - at, mine, sizeof(mine) - 1)); at++)
			if (end - at > (long)sizeof(mine) + 1 && memcmp(at + sizeof(mine) - 1, " 3", 3) == 0)
				return true;
	}
	return false;
}

/* The engine direct's library has megabytes of tables, at which a look takes as long as all else before a dump. */
static bool is_engines(const struct dl_phdr_info *info)
{
	const uintptr_t inside = (uintptr_t)dlsym(RTLD_DEFAULT, "crac_direct_dump");

	for (int i = 0; inside && i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD && inside - (info->dlpi_addr + segment->p_vaddr) < segment->p_memsz)
			return true;
	}
	return false;
}

/* Word by word: memmem() takes four times as long, for which a program stands still that goes on after its checkpoint. */
static const char *find_constants(const char *start, const char *end)
{
	const uint32_t *word = (const uint32_t *)(((uintptr_t)start + 3) & ~(uintptr_t)3), *last = (const uint32_t *)end - 3;

	for (; word < last; word++)
		if (word[0] == constants[0] && memcmp(word, constants, sizeof(constants)) == 0)
			return (const char *)word;
	return NULL;
}

static int look_in(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	if (is_engines(info))
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		const char *start = (const char *)(info->dlpi_addr + segment->p_vaddr), *at = start, *end = start + segment->p_memsz;

		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_W))
			continue;
		for (; (at = find_constants(at, end)); at += sizeof(constants)) {
			struct generator *generator = (struct generator *)at;

			if (end - at >= (long)sizeof(*generator) && generator->left <= sizeof(generator->block) && found_count < MOST && is_sqlite(info))
				found[found_count++] = generator;
		}
	}
	return 0;
}

void sqlite_random_before_copy(void)
{
	found_count = 0;
	dl_iterate_phdr(look_in, NULL);
}

void sqlite_random_in_copy(void)
{
	for (size_t i = 0; i < found_count; i++) {
		found[i]->left = 0;
		found[i]->constants[0] = 0;
	}
}
