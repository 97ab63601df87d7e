/*
 * Preloaded into the program: copies of OpenSSL that an addon has linked in ask getpid for a fork as node's does.
 * Their symbols are hidden, so a library is known by the names of source files that OpenSSL has in its error messages.
 */
#define _GNU_SOURCE
#include "preload/other-openssl.h"
#include "preload/opened.h"

#include <link.h>
#include <pthread.h>
#include <string.h>

#define MOST 64

/* Names of source files in OpenSSL 3 and in 1.1.1. */
static const char *const names[] = { "implementations/rands/drbg.c", "crypto/rand/drbg_lib.c" };

static struct library {
	uintptr_t start, end;
	bool has_generators;
} libraries[MOST];
static volatile int count; /* what is counted is complete and stays */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool has_names(const char *start, size_t length)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (memmem(start, length, names[i], strlen(names[i])))
			return true;
	return false;
}

static int examine(struct dl_phdr_info *info, size_t size, void *data)
{
	struct library *library = data;
	uintptr_t caller = library->start, start = UINTPTR_MAX, end = 0;
	bool found = false;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + segment->p_vaddr;

		if (segment->p_type != PT_LOAD)
			continue;
		start = at < start ? at : start;
		end = at + segment->p_memsz > end ? at + segment->p_memsz : end;
	}
	if (caller < start || caller >= end)
		return 0;
	/* This library has the names in it, too. */
	for (int i = 0; i < info->dlpi_phnum && !found && !((uintptr_t)names >= start && (uintptr_t)names < end); i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD && (segment->p_flags & PF_R) && !(segment->p_flags & PF_W))
			found = has_names((const char *)(info->dlpi_addr + segment->p_vaddr), segment->p_filesz);
	}
	*library = (struct library){ start, end, found };
	return 1;
}

bool is_other_openssl(uintptr_t caller)
{
	struct library library = { .start = caller };

	for (int i = 0; i < count; i++)
		if (caller >= libraries[i].start && caller < libraries[i].end)
			return libraries[i].has_generators;
	if (runtime_has(caller) || dl_iterate_phdr(examine, &library) == 0)
		return false;
	pthread_mutex_lock(&lock);
	if (count < MOST) {
		libraries[count] = library;
		__sync_synchronize();
		count++;
	}
	pthread_mutex_unlock(&lock);
	return library.has_generators;
}
