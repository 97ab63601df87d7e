#include "content.h"

#include <sys/mman.h>

#define SMALL (64u << 10)

/* The part of the reservation that is taken can be used: the rest has no rights, and so no memory is promised for it. */
static unsigned char small[SMALL];
static uint64_t small_used, used, usable;
static struct span reserved;

static void reset(void)
{
	small_used = used = usable = 0;
	reserved = (struct span){ 0, 0 };
}

void content_begin(void)
{
	content_drop();
}

static bool reserve(void)
{
	long start;

	if (reserved.end)
		return true;
	/* A page without rights on both sides: the kernel joins it with nothing of the program's. */
	start = RAW(mmap, 0, CONTENT_MAX + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (start < 0 && start > -4096)
		return refuse("no memory for what pipes, sockets and memory files hold", NULL, start);
	reserved = (struct span){ (uint64_t)start, (uint64_t)start + CONTENT_MAX + 2 * PAGE };
	return true;
}

static bool make_usable(uint64_t length)
{
	uint64_t wanted = whole_pages(length);
	long done;

	if (wanted <= usable)
		return true;
	done = RAW(mprotect, reserved.start + PAGE, wanted, PROT_READ | PROT_WRITE);
	if (done < 0)
		return refuse("no memory for what pipes, sockets and memory files hold", NULL, done);
	usable = wanted;
	return true;
}

unsigned char *content_take_next(uint64_t length)
{
	uint64_t at = used;

	if (length > CONTENT_MAX - used) {
		refuse("pipes, sockets and files without a name hold more bytes than this engine takes along (1 GiB)", NULL, 0);
		return NULL;
	}
	if (!reserve() || !make_usable(used + length))
		return NULL;
	used += length;
	return (unsigned char *)reserved.start + PAGE + at;
}

unsigned char *content_take(uint64_t length)
{
	if (length > SMALL - small_used)
		return content_take_next(length);
	small_used += length;
	return small + small_used - length;
}

/* Not to be written to: nobody looks there for mutexes whose owner has another number in a copy (owners.c). */
void content_seal(void)
{
	if (usable)
		RAW(mprotect, reserved.start + PAGE, usable, PROT_READ);
}

bool content_is(uint64_t start, uint64_t end)
{
	return reserved.end && start >= reserved.start && end <= reserved.end;
}

void content_drop(void)
{
	if (reserved.end)
		RAW(munmap, reserved.start, reserved.end - reserved.start);
	reset();
}
