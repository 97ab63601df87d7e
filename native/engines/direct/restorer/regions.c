#define _GNU_SOURCE
#include "engines/direct/restorer/regions.h"
#include "engines/direct/raw.h"
#include "engines/direct/restorer/advice.h"
#include "engines/direct/restorer/fail.h"

#include <errno.h>
#include <sys/mman.h>

#define ADVISE_GUARD 102
#define ADVISE_POPULATE_WRITE 23
#define THIS_PROCESS (-10001) /* PIDFD_SELF_THREAD_GROUP */
#define AT_ONCE 1024 /* UIO_MAXIOV */
#define MAP_DROP 0x08u /* MAP_DROPPABLE, of Linux 6.11 */

/* Code, where no file may become code (a file system that is noexec, SELinux): as memory without a file. */
static long read_code(const struct plan *plan, const struct region *region)
{
	uint64_t length = region->end - region->start;
	long got = RAW(mmap, region->start, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (!is_error(got))
		got = RAW(pread64, plan->page_file, region->start, length, region->offset);
	if (!is_error(got))
		got = RAW(mprotect, region->start, length, region->protection);
	if (is_error(got))
		return got;
	code_written(region->start, region->end);
	return (long)region->start;
}

void region_map(const struct plan *plan, const struct region *region)
{
	uint32_t protection = region->protection | (region->written ? PROT_WRITE : 0);
	bool is_code = region->kind == REGION_COW && region->protection & PROT_EXEC;
	const char *name = "memory";
	uint64_t offset = 0;
	int file = -1;
	long got;

	if (region->kind == REGION_COW) {
		file = plan->page_file;
		offset = region->offset;
		name = PAGE_FILE_NAME;
	} else if (region->kind == REGION_FILE) {
		file = plan->file_fds[region->file];
		offset = region->offset;
		name = plan->strings + plan->files[region->file].path;
	} else if (region->kind == REGION_MARK) {
		file = plan->mark;
	}
	got = is_code && plan->code_is_read ? -EPERM : RAW(mmap, region->start, region->end - region->start, protection,
		  (region->flags & ~(uint32_t)(file >= 0 ? MAP_ANONYMOUS : 0)) | MAP_FIXED, file, offset);
	if (is_error(got) && is_code)
		got = read_code(plan, region);
	if (is_error(got) && (region->flags & MAP_TYPE) == MAP_DROP) /* an older kernel: memory that is never taken away */
		got = RAW(mmap, region->start, region->end - region->start, protection, region->flags - MAP_DROP + MAP_PRIVATE + MAP_FIXED,
			  -1, 0);
	if (got != (long)region->start)
		fail(plan, "cannot map", name, got);
	got = region_advise(region);
	if (is_error(got))
		fail(plan, "cannot lock memory of the program again (ulimit -l)", 0, got);
}

/* Does anything of the kernel's, or what leads there, lie between these? */
static bool is_kernel_between(const struct plan *plan, uint64_t from, uint64_t to)
{
	for (uint32_t i = 0; i < plan->kernel_count; i++)
		if (plan->kernel_to[i].start < to && from < plan->kernel_to[i].end)
			return true;
	for (uint32_t i = 0; i < plan->header->kernel_count; i++)
		if (plan->header->kernel[i].start < to && from < plan->header->kernel[i].end)
			return true;
	return false;
}

/* A heap of V8 has a region for each 256 KiB, none of which a child gets: one call for all that follow each other. The
 * kernel goes on over what is not mapped in between, and says ENOMEM for it; the room is unmapped later. */
void regions_keep_from_children(const struct plan *plan)
{
	const struct region *regions = plan->regions;
	uint32_t count = plan->header->regions.count, next;

	for (uint32_t i = 0; i < count; i = next) {
		long done;

		next = i + 1;
		if (!(regions[i].advice & ADVICE_DONTFORK))
			continue;
		while (next < count && regions[next].advice & ADVICE_DONTFORK &&
		       !is_kernel_between(plan, regions[next - 1].end, regions[next].start))
			next++;
		done = RAW(madvise, regions[i].start, regions[next - 1].end - regions[i].start, MADV_DONTFORK);
		if (!is_error(done) || done == -ENOMEM)
			continue;
		for (uint32_t k = i; k < next; k++)
			RAW(madvise, regions[k].start, regions[k].end - regions[k].start, MADV_DONTFORK);
	}
}

/* In one call for a thousand runs, each an iovec: 0.15 of 0.9 ms less for two hundred. Only this process's own may be asked
 * for, since Linux 6.15; what an older kernel, or a container's filter, says to it does not matter. */
static bool copy_together(const struct written_run *runs, uint32_t count)
{
	for (uint32_t done = 0, part; done < count; done += part) {
		part = count - done < AT_ONCE ? count - done : AT_ONCE;
		if (is_error(RAW(process_madvise, THIS_PROCESS, runs + done, part, ADVISE_POPULATE_WRITE, 0)))
			return false;
	}
	return true;
}

void regions_copy_written(const struct plan *plan)
{
	if (copy_together(plan->written, plan->written_count))
		return;
	for (uint32_t i = 0; i < plan->written_count; i++)
		if (RAW(madvise, plan->written[i].address, plan->written[i].length, ADVISE_POPULATE_WRITE) == -EINVAL)
			return; /* a kernel of before 5.14 */
}

/* What was read is code where its region may be executed. */
static void regions_are_code(const struct plan *plan)
{
	const struct header *header = plan->header;
	uint32_t region = 0;

	for (uint32_t i = 0; i < header->extents.count; i++) {
		const struct extent *extent = &plan->extents[i];

		while (region < header->regions.count && plan->regions[region].end <= extent->address)
			region++;
		if (region < header->regions.count && plan->regions[region].protection & PROT_EXEC)
			code_written(extent->address, extent->address + extent->length);
	}
}

void regions_protect(const struct plan *plan)
{
	const struct header *header = plan->header;

	if (WRITTEN_CODE_IS_TOLD)
		regions_are_code(plan);
	for (uint32_t i = 0; i < header->regions.count; i++) {
		const struct region *region = &plan->regions[i];

		if (region->written && !(region->protection & PROT_WRITE))
			RAW(mprotect, region->start, region->end - region->start, region->protection);
	}
	for (uint32_t i = 0; i < header->guards.count; i++) {
		const struct span *guard = &plan->guards[i];
		long done;

		/* A kernel of before 6.13 has such pages only as memory without rights. */
		if (!is_error(RAW(madvise, guard->start, guard->end - guard->start, ADVISE_GUARD)))
			continue;
		done = RAW(mprotect, guard->start, guard->end - guard->start, PROT_NONE);
		if (is_error(done))
			fail(plan, "cannot make a guard page", 0, done);
	}
	for (uint32_t i = 0; i < header->regions.count; i++)
		region_seal(&plan->regions[i]);
}
