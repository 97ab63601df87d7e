/* Which memory of a copy is mapped from the page file, and which is read: docs/decisions/0004-copy-on-write-images.md. */
#include "division.h"
#include "content.h"
#include "engines/direct/image-name.h"

#include <sys/mman.h>

#define ARENA_ALIGNMENT (64ull << 20)
#define CODE_PAGE (256ull << 10)
#define OPTIONS_BYTES (256u << 10)

/* Recognises glibc's heap_info: the arena, the heap before, its size, the size that was ever made writable. */
static bool is_arena(const struct mapping *mapping)
{
	const uint64_t *words = (const uint64_t *)mapping->start;
	uint64_t length = mapping->end - mapping->start;

	if (mapping->start % ARENA_ALIGNMENT || mapping->protection != (PROT_READ | PROT_WRITE) || length < PAGE)
		return false;
	return words[3] == length && words[2] > 0 && words[2] <= words[3] && words[0] % ARENA_ALIGNMENT < 4096 && words[0] &&
	       words[1] % ARENA_ALIGNMENT == 0;
}

/* Where such data ends. What follows it there began as zeros (.bss): the kernel puts nothing else so low, unasked. */
static uint64_t low_data_end;

static bool has_only_data(const struct mapping *mapping)
{
	return mapping->end <= V8_LOW && mapping->protection == (PROT_READ | PROT_WRITE) && !mapping->is_shared;
}

bool division_is_low_data(const struct mapping *mapping)
{
	if (!has_only_data(mapping) || mapping->is_locked || mapping->advice & (ADVICE_WIPEONFORK | ADVICE_MERGEABLE))
		return false;
	low_data_end = mapping->end;
	return true;
}

static bool names_code_for_perf; /* known since division_begin */

static bool has_option_of_perf(const char *file)
{
	static char text[OPTIONS_BYTES];
	long length = proc_read(file, text, sizeof(text));
	bool has;

	for (long i = 0; i < length - 1; i++)
		if (!text[i])
			text[i] = ' ';
	has = length < 0 || text_find(text, "--perf") || text_find(text, "--interpreted-frames");
	bytes_clear(text, sizeof(text)); /* zeros are in no image */
	return has;
}

/* perf finds names of code, which V8 has written down for it, in memory without a file alone. */
void division_begin(void)
{
	names_code_for_perf = has_option_of_perf("/proc/self/cmdline") || has_option_of_perf("/proc/self/environ");
}

/* A page of V8's code: it ends with a guard at the end of a place of 256 KiB. V8 gives such memory back by unmapping it, and
 * takes for code only what it has written. */
static bool is_code_of_v8(const struct mapping *mapping)
{
	return mapping->protection & PROT_EXEC && !*mapping->name && mapping->end % CODE_PAGE == CODE_PAGE - PAGE &&
	       mapping->end - mapping->start < CODE_PAGE && !names_code_for_perf;
}

bool division_may_map(const struct mapping *mapping, bool beside_code)
{
	if (mapping->is_shared || mapping->is_locked || mapping->advice & (ADVICE_WIPEONFORK | ADVICE_MERGEABLE))
		return false;
	if (mapping->protection & PROT_EXEC)
		return is_code_of_v8(mapping);
	if (text_same(mapping->name, "[heap]") || (mapping->start == low_data_end && has_only_data(mapping)))
		return true;
	if (mapping->start >= V8_LOW && mapping->end <= V8_END)
		return !beside_code;
	return content_is(mapping->start, mapping->end) || is_arena(mapping);
}

bool division_is_mapped(const struct mapping *mapping)
{
	const char *name = mapping->name, *rest = NULL;

	for (const char *at = name; *at; at++)
		if (*at == '/')
			rest = behind_page_file(at + 1);
	return rest && (*rest == '\0' || text_same(rest, " (deleted)"));
}
