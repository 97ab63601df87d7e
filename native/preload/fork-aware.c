/*
 * Preloaded into the program: generators of native code that know what a fork is.
 *
 * A library with a generator of its own must not draw in a child what its parent draws. So it has a function called in
 * the child (pthread_atfork: Rust's rand up to 0.8, GnuTLS, s2n), or a page that is empty there (MADV_WIPEONFORK:
 * BoringSSL, AWS-LC, s2n). A restored copy is such a child: the functions are called and the pages emptied in it.
 *
 * Only functions that stand alone, or count alike before a fork and in both after it (rand 0.8): another one before the
 * fork takes locks, which the one in the child lets go, finding other threads gone. Not Node's and libuv's: their functions start the thread pool anew.
 */
#define _GNU_SOURCE
#include "preload/fork-aware.h"
#include "preload/opened.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define MOST 64
#define EXPORT __attribute__((visibility("default")))

typedef void (*handler)(void);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static handler handlers[MOST];
static size_t handler_count;
static struct area {
	uintptr_t start, end;
} areas[MOST];
static size_t area_count;

/* Libraries that take a fork for the loss of what they hold in a device or another process, and do not work after it. */
static const char *const excluded[] = { "/libsoftokn3.", "/libfreebl", "/libp11-kit.", "/libnss3.", "/libc.so.", "/libuv." };

static bool is_excluded(handler child)
{
	Dl_info info;

	if (!dladdr((void *)(uintptr_t)child, &info) || !info.dli_fname || runtime_has((uintptr_t)child))
		return true;
	for (size_t i = 0; i < sizeof(excluded) / sizeof(*excluded); i++)
		if (strstr(info.dli_fname, excluded[i]))
			return true;
	return false;
}

/* Stands before the function that pthread_atfork becomes in every library and executable. */
EXPORT int __register_atfork(handler prepare, handler parent, handler child, void *library)
{
	static int (*real)(handler, handler, handler, void *);

	if (!real)
		real = (int (*)(handler, handler, handler, void *))dlsym(RTLD_NEXT, "__register_atfork");
	if (child && (!prepare || prepare == child) && (!parent || parent == child) && !is_excluded(child)) {
		pthread_mutex_lock(&lock);
		if (handler_count < MOST)
			handlers[handler_count++] = child;
		pthread_mutex_unlock(&lock);
	}
	return real(prepare, parent, child, library);
}

void wipe_on_fork(void *address, size_t length, int advice)
{
	uintptr_t start = (uintptr_t)address, end = start + length;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < area_count; i++)
		if (areas[i].start < end && start < areas[i].end)
			areas[i--] = areas[--area_count];
	if (advice == MADV_WIPEONFORK && area_count < MOST)
		areas[area_count++] = (struct area){ start, end };
	pthread_mutex_unlock(&lock);
}

/* Says whether the kernel still knows the whole area as one that a child finds empty, and lets it be written to. */
static bool is_still_wiped(const struct area *area)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	unsigned long long start, end;
	bool covers = false, found = false;
	char line[512], flags[5];

	while (maps && !found && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%llx-%llx %4s", &start, &end, flags) == 3)
			covers = start <= area->start && area->end <= end && flags[1] == 'w' && flags[3] == 'p';
		else if (covers && strncmp(line, "VmFlags:", 8) == 0)
			found = strstr(line, " wf") != NULL;
	}
	if (maps)
		fclose(maps);
	return found;
}

/* Forgets, before a dump, what has been unmapped since, for other memory may stand there. */
EXPORT void crac_before_copy(void)
{
	rust_rand_before_copy();
	sqlite_random_before_copy();
	for (size_t i = 0; i < area_count; i++)
		if (!is_still_wiped(&areas[i]))
			areas[i--] = areas[--area_count];
}

/* Runs in a copy, once, before its program goes on. */
EXPORT void crac_in_copy(void)
{
	rust_rand_in_copy();
	sqlite_random_in_copy();
	for (size_t i = 0; i < area_count; i++)
		memset((void *)areas[i].start, 0, areas[i].end - areas[i].start);
	for (size_t i = 0; i < handler_count; i++)
		if (!is_excluded(handlers[i])) /* it may have been unloaded */
			handlers[i]();
}
