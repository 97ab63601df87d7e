#define _GNU_SOURCE
#include "shared-memory.h"
#include "descriptors.h"
#include "fork-marks.h"
#include "mappings.h"
#include "nameless.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>

#define MAPPED_MAX 4096
#define TEXT_BYTES (16u << 20)
#define ADVISE_POPULATE_READ 22
#define COPIED_MAX (64ull << 20)

static struct mapped {
	uint64_t start, end, offset, device, inode;
	int protection;
	uint32_t advice;
	struct nameless *file;
	bool is_plain; /* shared memory that no other mapping shows: the restorer makes it */
} all[MAPPED_MAX];
static int count;
static bool is_copied, is_too_large;

static bool overlap(const struct mapped *a, const struct mapped *b)
{
	uint64_t a_length = a->end - a->start, b_length = b->end - b->start;

	return a != b && a->device == b->device && a->inode == b->inode && a->offset < b->offset + b_length && b->offset < a->offset + a_length;
}

static bool has_alias(const struct mapped *one)
{
	for (int i = 0; i < count; i++)
		if (overlap(one, &all[i]))
			return true;
	return false;
}

static bool add(const struct mapping *mapping)
{
	struct mapped *one = &all[count];

	if (count == MAPPED_MAX)
		return refuse_number("the program has more shared mappings than this engine notes (", MAPPED_MAX, ")");
	count++;
	*one = (struct mapped){ .start = mapping->start, .end = mapping->end, .offset = mapping->offset, .device = mapping->device,
				.inode = mapping->inode, .protection = mapping->protection };
	one->is_plain = text_starts(mapping->name, "/dev/zero");
	return true;
}

static bool is_ours(const struct mapping *mapping)
{
	return mapping->is_shared && (text_starts(mapping->name, "/memfd:") || mapping->is_deleted) && !text_starts(mapping->name, "/SYSV");
}

/* The program may write there while a child of it writes the image, which would see that. */
static void copy_plain(void)
{
	uint64_t length = 0;

	for (int i = 0; i < count; i++)
		length += all[i].is_plain ? all[i].end - all[i].start : 0;
	is_too_large = length > COPIED_MAX;
	for (int i = 0; i < count && !is_too_large; i++)
		all[i].is_plain = false;
}

void shared_memory_is_copied(bool wanted)
{
	is_copied = wanted;
	is_too_large = false;
}

bool shared_memory_is_too_large(void)
{
	return is_too_large && !refuse_number("more than ", COPIED_MAX >> 20, " MiB of memory are shared, and would have to be copied first");
}

static bool collect(const char *text, struct mapping *mapping)
{
	for (const char *at = text; mapping_read(&at, mapping);) {
		if (is_copied)
			marks_ahead_compare(mapping);
		if (is_ours(mapping) && !add(mapping))
			return false;
	}
	for (int i = 0; i < count; i++)
		if (all[i].is_plain)
			all[i].is_plain = !has_alias(&all[i]) && !nameless_find(all[i].device, all[i].inode);
	if (is_copied)
		copy_plain();
	return true;
}

/* What it shows, where no descriptor of it is open. */
static bool keep(const struct mapped *one)
{
	uint64_t length = one->end - one->start;
	bool hidden = !(one->protection & PROT_READ), good;

	if (hidden)
		RAW(mprotect, one->start, length, PROT_READ);
	if (RAW(madvise, one->start, length, ADVISE_POPULATE_READ) == -EFAULT)
		good = refuse("shared memory is mapped beyond the end of its file, or has guard pages", NULL, 0);
	else
		good = nameless_keep(one->file, one->offset, (const void *)one->start, length);
	if (hidden)
		RAW(mprotect, one->start, length, one->protection);
	return good;
}

static bool find_files(const char *text, struct mapping *mapping)
{
	int i = 0;

	for (const char *at = text; mapping_read(&at, mapping);) {
		struct mapped *one = &all[i];
		char *end = mapping->name + text_length(mapping->name) - text_length(" (deleted)");

		if (!is_ours(mapping))
			continue;
		i++;
		if (one->is_plain)
			continue;
		if (mapping->is_deleted)
			*end = '\0';
		one->file = nameless_find(one->device, one->inode);
		if (!one->file)
			one->file = nameless_add_mapped(text_starts(mapping->name, "/memfd:") ? mapping->name : "/memfd:shared", one->device, one->inode);
		if (!one->file || !keep(one))
			return false;
	}
	return true;
}

bool shared_memory_note(void)
{
	static struct mapping mapping;
	uint64_t mark;
	char *text;
	long got;
	bool good;

	count = 0;
	if (is_copied)
		marks_ahead_begin(); /* its room stays taken */
	mark = scratch_mark();
	text = scratch_take(TEXT_BYTES);
	if (!text)
		return false;
	got = proc_read("/proc/self/maps", text, TEXT_BYTES);
	if (got < 0)
		return refuse("cannot read", "/proc/self/maps", got);
	good = collect(text, &mapping) && find_files(text, &mapping);
	scratch_back(mark);
	return good;
}

static struct mapped *find(uint64_t start)
{
	for (int i = 0; i < count; i++)
		if (all[i].start == start && !all[i].is_plain)
			return &all[i];
	return NULL;
}

bool shared_memory_is(uint64_t start, uint64_t end)
{
	const struct mapped *one = find(start);

	return one && one->end == end;
}

void shared_memory_advise(uint64_t start, uint32_t advice)
{
	find(start)->advice = advice;
}

void shared_memory_remake(void)
{
	for (int i = 0; i < count; i++) {
		const struct mapped *one = &all[i];
		uint64_t length = one->end - one->start;
		long got;

		if (one->is_plain)
			continue;
		got = RAW(mmap, one->start, length, one->protection, MAP_SHARED | MAP_FIXED, nameless_make(one->file), one->offset);
		if (got != (long)one->start)
			die_restored(72, "cannot map shared memory of the program again", NULL, got);
		if (one->advice & ADVICE_DONTFORK)
			RAW(madvise, one->start, length, MADV_DONTFORK);
		if (one->advice & ADVICE_DONTDUMP)
			RAW(madvise, one->start, length, MADV_DONTDUMP);
	}
}
