/*
 * Which memory no child may have is read while the program runs: reading smaps takes longer the more memory there is, and
 * as long as all else for which a program stands still that goes on (docs/decisions/0020-forked-snapshot.md).
 *
 * When all stand still the mark is lifted of all memory, so that nothing is missing in the child. It is put back where the
 * same mapping was there before; and on everything in V8's range where V8 had marked everything. What gets no mark by
 * this, because it is new, is in later children too, which costs them time and nothing else.
 */
#define _GNU_SOURCE
#include "fork-marks.h"
#include "pages.h"
#include "possible.h"

#include <errno.h>
#include <sys/mman.h>

#define TEXT_BYTES (48ul << 20)
#define MARKED_MAX 16384
#define PLACES_MAX (KERNEL_MAX + 1)
#define EXPORT __attribute__((visibility("default")))

static struct marked {
	uint64_t start, end, inode;
	int protection;
} marked[MARKED_MAX];
static uint32_t count, at;
static bool is_known, all_of_v8, is_usable;
/* All memory but the kernel's own mappings, which cannot be marked. */
static struct span places[PLACES_MAX];
static int place_count;

EXPORT direct_ahead crac_direct_ahead;

static bool is_v8s(const struct mapping *mapping)
{
	return mapping->start >= V8_LOW && mapping->end <= V8_END && !mapping->is_shared;
}

static bool note(const struct mapping *mapping)
{
	bool is_marked = mapping->advice & ADVICE_DONTFORK;

	if (possible_is_kernels(mapping))
		return true;
	if (mapping->is_special || mapping->is_huge || mapping->has_key || (is_marked && mapping->advice & ADVICE_SEALED))
		return false;
	if (is_v8s(mapping) && !is_marked)
		all_of_v8 = false;
	if (!is_marked)
		return true;
	if (count == MARKED_MAX)
		return false;
	marked[count++] = (struct marked){ mapping->start, mapping->end, mapping->inode, mapping->protection };
	return true;
}

void crac_direct_ahead(bool wanted)
{
	static struct mapping mapping;
	long text = wanted ? RAW(mmap, 0, TEXT_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) : -1;

	count = 0;
	is_known = false;
	if (text < 0 && text > -4096)
		return;
	is_known = all_of_v8 = proc_read("/proc/self/smaps", (char *)text, TEXT_BYTES) > 0;
	for (const char *from = (const char *)text; is_known && mapping_read(&from, &mapping);)
		is_known = note(&mapping);
	RAW(munmap, text, TEXT_BYTES);
}

void marks_ahead_begin(void)
{
	at = 0;
	place_count = 1;
	places[0] = (struct span){ 0, 0 };
	is_usable = is_known && fork_marks_begin();
	is_known = false; /* for one snapshot */
}

static bool was_marked(const struct mapping *mapping)
{
	while (at < count && marked[at].start < mapping->start)
		at++;
	return at < count && marked[at].start == mapping->start && marked[at].end == mapping->end &&
	       marked[at].inode == mapping->inode && marked[at].protection == mapping->protection;
}

static void note_place(const struct mapping *mapping)
{
	if (!possible_is_kernels(mapping)) {
		places[place_count - 1].end = mapping->end;
		return;
	}
	if (place_count == PLACES_MAX)
		is_usable = false;
	else
		places[place_count++] = (struct span){ mapping->end, mapping->end };
}

void marks_ahead_compare(const struct mapping *mapping)
{
	static struct mapping known;

	if (!is_usable || text_same(mapping->name, "[vsyscall]"))
		return;
	note_place(mapping);
	bytes_copy(&known, mapping, __builtin_offsetof(struct mapping, name));
	if (was_marked(mapping) || (all_of_v8 && is_v8s(mapping)))
		known.advice |= ADVICE_DONTFORK;
	fork_marks_note(&known);
}

/* A child has no locked memory, and could not tell which it was. */
static bool has_locked(void)
{
	static char text[8192];
	const char *locked = proc_read("/proc/self/status", text, sizeof(text)) > 0 ? text_find(text, "VmLck:") : NULL;

	if (!locked)
		return true;
	locked += text_length("VmLck:");
	text_blanks(&locked);
	return text_number(&locked, 10) != 0;
}

bool marks_ahead_end(void)
{
	return is_usable && !has_locked();
}

bool marks_ahead_lift(void)
{
	for (int i = 0; i < place_count; i++) {
		uint64_t length = places[i].end - places[i].start;
		long done = length ? RAW(madvise, places[i].start, length, MADV_DOFORK) : 0;

		if (done < 0 && done != -ENOMEM) {
			fork_marks_put_back();
			return refuse("memory cannot be given to a child", NULL, done);
		}
	}
	return true;
}
