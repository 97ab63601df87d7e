/*
 * Preloaded into the program: remembers which native code opened a descriptor, for the errors of a checkpoint.
 *
 * What JavaScript opens, the preload records (src/program/descriptors/provenance/). What an addon opens goes past it, but not
 * past libc: these stand before libc's functions and note the caller's stack under the descriptor's number. Calls from
 * node itself cost two comparisons; only calls from other libraries are unwound, some microseconds each.
 */
#define _GNU_SOURCE
#include "preload/opened.h"
#include "preload/backtrace.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The notes by descriptor, for the numbers that programs get by their default limit; the pages of those never used take
 * no memory. */
static struct opened table[OPENED_MAX];

/* The code of node: the executable, and libnode and libuv where a distribution has them apart. */
static struct range {
	uintptr_t start, end;
} runtime[4];
static int ranges;

static __thread bool inside;

static int find_runtime(struct dl_phdr_info *info, size_t size, void *first)
{
	const char *name = info->dlpi_name ? strrchr(info->dlpi_name, '/') : NULL;
	bool *is_executable = first;
	bool ours = *is_executable || (name && (strncmp(name, "/libnode.", 9) == 0 || strncmp(name, "/libuv.", 7) == 0));

	(void)size;
	*is_executable = false; /* the executable comes first */
	for (int i = 0; ours && i < info->dlpi_phnum && ranges < 4; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X)) {
			runtime[ranges].start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
			runtime[ranges].end = runtime[ranges].start + info->dlpi_phdr[i].p_memsz;
			ranges++;
		}
	return 0;
}

__attribute__((constructor)) static void start(void)
{
	bool first = true;

	dl_iterate_phdr(find_runtime, &first);
}

bool runtime_has(uintptr_t caller)
{
	for (int i = 0; i < ranges; i++)
		if (caller >= runtime[i].start && caller < runtime[i].end)
			return true;
	return false;
}

void opened_note(int fd, void *caller)
{
	struct opened *entry;
	struct timespec now;
	int error = errno;

	if (fd < 0 || fd >= OPENED_MAX)
		return;
	entry = &table[fd];
	if (runtime_has((uintptr_t)caller) || inside || !in_program()) {
		if (entry->count)
			entry->count = 0;
		return;
	}
	inside = true; /* the unwinder loads a library when it is first used */
	entry->count = callers_of(caller, entry->frames, OPENED_FRAMES);
	inside = false;
	clock_gettime(CLOCK_REALTIME, &now);
	entry->time = now.tv_sec * 1000.0 + now.tv_nsec / 1000000;
	entry->thread = (int)syscall(SYS_gettid);
	errno = error;
}

__attribute__((visibility("default"))) const struct opened *crac_opened(int fd)
{
	return fd >= 0 && fd < OPENED_MAX && table[fd].count > 0 ? &table[fd] : NULL;
}
