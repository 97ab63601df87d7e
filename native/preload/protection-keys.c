/*
 * Preloaded into the program: answers for memory protection keys as a CPU without them does.
 *
 * CRIU carries no protection keys (docs/kernel-state.md). Where the CPU has them, V8 of Node 20 takes one at its start
 * and guards the code of WebAssembly with it; in a copy that key does not exist, and V8 ends the process. V8, and
 * whatever else asks for a key, goes on without one where the kernel gives none.
 */
#define _GNU_SOURCE
#include "preload/protection-keys.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static bool refused(int error)
{
	errno = error;
	return true;
}

bool answers_for_key(long number, const long arguments[6])
{
	switch (number) {
	case SYS_pkey_alloc:
		return refused(arguments[0] != 0 || (arguments[1] & ~3L) ? EINVAL : ENOSPC);
	case SYS_pkey_free:
		return refused(EINVAL);
	case SYS_pkey_mprotect:
		return (int)arguments[3] != -1 && refused(EINVAL);
	default:
		return false;
	}
}

__attribute__((visibility("default"))) int pkey_alloc(unsigned int flags, unsigned int rights)
{
	const long arguments[6] = { flags, rights };

	return answers_for_key(SYS_pkey_alloc, arguments) ? -1 : 0;
}

__attribute__((visibility("default"))) int pkey_free(int key)
{
	const long arguments[6] = { key };

	return answers_for_key(SYS_pkey_free, arguments) ? -1 : 0;
}

/* Changes the protection without a key, which -1 stands for: that is mprotect. */
__attribute__((visibility("default"))) int pkey_mprotect(void *address, size_t length, int protection, int key)
{
	static int (*next)(void *, size_t, int);
	const long arguments[6] = { (long)address, (long)length, protection, key };

	if (answers_for_key(SYS_pkey_mprotect, arguments))
		return -1;
	if (!next)
		next = (int (*)(void *, size_t, int))dlsym(RTLD_NEXT, "mprotect");
	return next(address, length, protection);
}
