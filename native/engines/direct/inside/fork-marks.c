#define _GNU_SOURCE
#include "fork-marks.h"
#include "pages.h"

#include <errno.h>
#include <sys/mman.h>

/* Each from the first to the last of marked mappings with holes between them and nothing else: a call for all of them does
 * what one for each would do, since holes are passed over. */
static struct span *spans;
static uint32_t count;
static bool last_is_marked, cannot_return;

bool fork_marks_begin(void)
{
	spans = scratch_take(REGIONS_MAX * sizeof(*spans));
	count = 0;
	last_is_marked = cannot_return = false;
	return spans;
}

void fork_marks_note(const struct mapping *mapping)
{
	bool is_marked = mapping->advice & ADVICE_DONTFORK, joins = is_marked && last_is_marked;

	last_is_marked = is_marked;
	if (!is_marked)
		return;
	/* The kernel lets nobody mark what is sealed; and what has no room is not lost sight of. */
	if (mapping->advice & ADVICE_SEALED || (!joins && count == REGIONS_MAX)) {
		cannot_return = true;
		return;
	}
	if (joins)
		spans[count - 1].end = mapping->end;
	else
		spans[count++] = (struct span){ mapping->start, mapping->end };
}

/* ENOMEM is what the kernel says of holes, when it has passed over them. */
static long advise(const struct span *span, int advice)
{
	long done = RAW(madvise, span->start, span->end - span->start, advice);

	return done == -ENOMEM ? 0 : done;
}

static void put_back(uint32_t before)
{
	for (uint32_t i = 0; i < before; i++)
		advise(&spans[i], MADV_DONTFORK);
}

bool fork_marks_lift(void)
{
	if (cannot_return)
		return refuse("memory that no child may have is sealed", NULL, 0);
	for (uint32_t i = 0; i < count; i++) {
		long done = advise(&spans[i], MADV_DOFORK);

		if (done < 0) {
			put_back(i + 1);
			return refuse("memory cannot be given to a child", NULL, done);
		}
	}
	return true;
}

void fork_marks_put_back(void)
{
	put_back(count);
}
