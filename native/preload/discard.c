/*
 * Preloaded into the program: memory that it gives back reads as zeros, also in a copy restored from an image in
 * copy-on-write form.
 *
 * There, V8's memory is a private mapping of the image's page file, and madvise(MADV_DONTNEED) would bring back the
 * bytes of the image where an anonymous mapping brings zeros. V8 relies on zeros (a resizable ArrayBuffer that shrinks
 * and grows again; cppgc's free lists). The range is therefore made anonymous, which also frees the memory.
 * Only V8's own address range is looked at: glibc's own calls do not come by here, and need no zeros
 * (docs/decisions/0004-copy-on-write-images.md).
 */
#define _GNU_SOURCE
#include "preload/fork-aware.h"
#include "v8-range.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_FILE "/crac-memory.img" /* a member's has its number before the end (native/engines/direct/image-name.h) */
#define PAGE_FILE_END ".img"
/* The size below which a range is cleared instead: every change of a mapping costs one of the 65530 that a process may
 * have. */
#define WORTH_A_MAPPING (32u << 10)

struct mapping {
	uint64_t start, end;
	int protection;
	bool page_file;
};

/* The request of <linux/fs.h> of kernel 6.11; older headers do not have it. */
struct procmap_query {
	uint64_t size, query_flags, query_addr, vma_start, vma_end, vma_flags, vma_page_size, vma_offset, inode;
	uint32_t dev_major, dev_minor, vma_name_size, build_id_size;
	uint64_t vma_name_addr, build_id_addr;
};
#define PROCMAP_QUERY_REQUEST _IOWR('f', 17, struct procmap_query)
#define QUERY_COVERING_OR_NEXT 0x10

static bool is_page_file(const char *name)
{
	const size_t stem = sizeof(PAGE_FILE) - sizeof(PAGE_FILE_END);
	const char *found = strchr(name, '/'), *rest;

	while (found && strncmp(found, PAGE_FILE, stem) != 0)
		found = strchr(found + 1, '/');
	if (!found)
		return false;
	rest = found + stem;
	if (*rest == '-')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (strncmp(rest, PAGE_FILE_END, sizeof(PAGE_FILE_END) - 1) != 0)
		return false;
	rest += sizeof(PAGE_FILE_END) - 1;
	return *rest == '\0' || *rest == '\n' || strncmp(rest, " (deleted)", 10) == 0;
}

/* Asks the kernel for a mapping. 1: found, 0: none at or after the address, -1: the kernel cannot tell. */
static int query(int fd, uint64_t address, struct mapping *mapping)
{
	char name[4200];
	struct procmap_query q = { .size = sizeof(q), .query_flags = QUERY_COVERING_OR_NEXT, .query_addr = address,
				   .vma_name_size = sizeof(name), .vma_name_addr = (uintptr_t)name };

	name[0] = '\0';
	if (ioctl(fd, PROCMAP_QUERY_REQUEST, &q) < 0)
		return errno == ENOENT ? 0 : -1;
	mapping->start = q.vma_start;
	mapping->end = q.vma_end;
	mapping->protection = ((q.vma_flags & 1) ? PROT_READ : 0) | ((q.vma_flags & 2) ? PROT_WRITE : 0) |
			      ((q.vma_flags & 4) ? PROT_EXEC : 0);
	mapping->page_file = q.vma_name_size > 0 && is_page_file(name);
	return 1;
}

/* Finds a mapping in the text of maps, for kernels before 6.11. Reads anew for each mapping: they are few. */
static int search(int fd, uint64_t address, struct mapping *mapping)
{
	char text[8192], flags[5];
	size_t have = 0;
	ssize_t got;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return -1;
	while ((got = read(fd, text + have, sizeof(text) - 1 - have)) > 0) {
		char *line = text, *end;

		have += got;
		text[have] = '\0';
		for (; (end = strchr(line, '\n')); line = end + 1) {
			unsigned long long start, stop;

			*end = '\0';
			if (sscanf(line, "%llx-%llx %4s", &start, &stop, flags) != 3 || stop <= address)
				continue;
			*mapping = (struct mapping){ start, stop,
						     (flags[0] == 'r' ? PROT_READ : 0) | (flags[1] == 'w' ? PROT_WRITE : 0) |
							     (flags[2] == 'x' ? PROT_EXEC : 0),
						     is_page_file(line) };
			return 1;
		}
		have = text + have - line;
		memmove(text, line, have);
	}
	return got < 0 ? -1 : 0;
}

static int clear(int (*real)(void *, size_t, int), void *start, size_t length, int protection)
{
	if (!(protection & PROT_WRITE) && mprotect(start, length, PROT_READ | PROT_WRITE) < 0)
		return -1;
	real(start, length, MADV_DONTNEED); /* drops the copies; what is cleared below is fresh again */
	memset(start, 0, length);
	return protection & PROT_WRITE ? 0 : mprotect(start, length, protection);
}

static int discard(int (*real)(void *, size_t, int), uint64_t start, uint64_t end, int advice)
{
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC), result = 0, failure = errno;
	bool by_text = false;

	if (fd < 0)
		return 0; /* no descriptor left: V8 takes this call for a hint and has cleared what it needs cleared */
	for (uint64_t at = start; at < end;) {
		struct mapping mapping;
		int found = by_text ? -1 : query(fd, at, &mapping);
		uint64_t to;

		if (found < 0) {
			by_text = true;
			found = search(fd, at, &mapping);
		}
		if (found <= 0 || mapping.start > at || !mapping.page_file) {
			/* The kernel does, and reports, what it does for the program's own memory, which is not ours. */
			to = found > 0 ? (mapping.start > at ? mapping.start : mapping.end) : end;
			to = to < end ? to : end;
			if (real((void *)at, to - at, advice) < 0) {
				result = -1;
				failure = errno;
			}
		} else {
			to = mapping.end < end ? mapping.end : end;
			if (to - at < WORTH_A_MAPPING ||
			    mmap((void *)at, to - at, mapping.protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE,
				 -1, 0) == MAP_FAILED)
				if (clear(real, (void *)at, to - at, mapping.protection) < 0) {
					result = -1;
					failure = errno;
				}
		}
		at = to;
	}
	close(fd);
	errno = failure;
	return result;
}

/* Stacks stand behind all that the kernel chooses. */
static uint64_t v8_high(void)
{
#if defined(__aarch64__)
	if ((uintptr_t)__builtin_frame_address(0) < V8_HIGH)
		return V8_HIGH_OF_FEW;
#endif
	return V8_HIGH;
}

__attribute__((visibility("default"))) int madvise(void *address, size_t length, int advice)
{
	static int (*real)(void *, size_t, int);
	static uint64_t page;
	uint64_t start = (uintptr_t)address, end;

	if (!real)
		real = (int (*)(void *, size_t, int))dlsym(RTLD_NEXT, "madvise");
	if (!page)
		page = (uint64_t)sysconf(_SC_PAGESIZE);
	end = start + ((length + page - 1) & ~(page - 1));
	/* MADV_FREE does not exist for file mappings: it may free at once, so it is done as MADV_DONTNEED. */
	if ((advice == MADV_DONTNEED || advice == MADV_FREE) && start >= V8_LOW && end > start &&
	    (start & (page - 1)) == 0 && end <= v8_high())
		return discard(real, start, end, advice);
	if (advice == MADV_WIPEONFORK || advice == MADV_KEEPONFORK) {
		int result = real(address, length, advice);

		if (result == 0)
			wipe_on_fork(address, length, advice);
		return result;
	}
	return real(address, length, advice);
}
