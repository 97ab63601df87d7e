#define _GNU_SOURCE
#include "engines/direct/restorer/advice.h"
#include "engines/direct/raw.h"

#include <sys/mman.h>

#define ON_FAULT 1  /* MLOCK_ONFAULT */
#define SEAL 462    /* mseal, Linux 6.10 */

static void advise(const struct region *region, uint32_t bit, int advice)
{
	if (region->advice & bit)
		RAW(madvise, region->start, region->end - region->start, advice);
}

/* First without its pages, which may not be readable: an error is the limit's then. */
static long lock(const struct region *region)
{
	uint64_t length = region->end - region->start;
	long done = RAW(mlock2, region->start, length, ON_FAULT);

	if (done >= 0 && !(region->advice & ADVICE_ON_FAULT))
		RAW(mlock, region->start, length);
	return done;
}

long region_advise(const struct region *region)
{
	if (!region->advice)
		return 0;
	advise(region, ADVICE_RANDOM, MADV_RANDOM);
	advise(region, ADVICE_SEQUENTIAL, MADV_SEQUENTIAL);
	advise(region, ADVICE_DONTDUMP, MADV_DONTDUMP);
	advise(region, ADVICE_WIPEONFORK, MADV_WIPEONFORK);
	advise(region, ADVICE_HUGEPAGE, MADV_HUGEPAGE);
	advise(region, ADVICE_NOHUGEPAGE, MADV_NOHUGEPAGE);
	advise(region, ADVICE_MERGEABLE, MADV_MERGEABLE);
	return region->advice & ADVICE_LOCKED ? lock(region) : 0;
}

void region_seal(const struct region *region)
{
	if (region->advice & ADVICE_SEALED)
		raw6(SEAL, (long)region->start, (long)(region->end - region->start), 0, 0, 0, 0);
}
