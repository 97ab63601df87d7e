#include "inside.h"

#include <sys/mman.h>

/* One mapping between two pages without rights, so that the kernel joins it with none of the program's. */
static struct span whole;
static uint64_t next;

struct span scratch_span(void)
{
	return whole;
}

bool scratch_make(size_t size)
{
	long start = RAW(mmap, 0, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	long made;

	if (start < 0 && start > -4096)
		return refuse("no memory to write an image with", NULL, start);
	whole = (struct span){ (uint64_t)start, (uint64_t)start + size };
	next = whole.start + PAGE;
	made = RAW(mprotect, next, size - 2 * PAGE, PROT_READ | PROT_WRITE);
	if (made < 0) {
		scratch_drop();
		return refuse("no memory to write an image with", NULL, made);
	}
	return true;
}

void *scratch_take(size_t size)
{
	uint64_t taken = next;

	size = whole_pages(size);
	if (size > whole.end - PAGE - next) {
		refuse("more memory mappings than this engine writes down", NULL, 0);
		return NULL;
	}
	next += size;
	return (void *)taken;
}

uint64_t scratch_mark(void)
{
	return next;
}

void scratch_back(uint64_t mark)
{
	next = mark;
}

/* Forgets it in a copy, where it is not. */
void scratch_forget(void)
{
	whole = (struct span){ 0, 0 };
}

void scratch_drop(void)
{
	if (whole.end)
		RAW(munmap, whole.start, whole.end - whole.start);
	whole = (struct span){ 0, 0 };
}
