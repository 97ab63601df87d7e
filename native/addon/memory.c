#define _GNU_SOURCE
#include "addon/addon.h"
#include "addon/quietly.h"
#include "generation.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct generation *page; /* one mapping for all threads; a second one by a race does no harm */
static bool is_own; /* in the record directory, which is another one in a copy */

const char *generation_path(void)
{
	static char path[sizeof(page->record) + sizeof("/mark-4194304")];
	const char *own = getenv(GENERATION_VARIABLE), *slash;
	Dl_info info;

	if (page && is_own) {
		snprintf(path, sizeof(path), page->member ? "%s/mark-%d" : "%s/mark", page->record, (int)page->member);
		return path;
	}
	is_own = own != NULL;
	if (own) {
		snprintf(path, sizeof(path), "%s", own);
		return path;
	}
	if (!dladdr((void *)generation_path, &info) || !(slash = strrchr(info.dli_fname, '/')))
		return NULL;
	snprintf(path, sizeof(path), "%.*s/mark", (int)(slash - info.dli_fname), info.dli_fname);
	return path;
}

/* In a copy that stands in no namespaces: the page is this process's alone from here on. */
void generation_becomes_own(void)
{
	is_own = true;
}

/* generationPage(): returns the page of native/generation.h as an ArrayBuffer, for reading only; undefined outside of a tree. */
napi_value generation_page(napi_env env, napi_callback_info info)
{
	int *runs_javascript = dlsym(RTLD_DEFAULT, "crac_runs_javascript"); /* native/preload, this thread's own */
	napi_value result;

	(void)info;
	if (runs_javascript)
		*runs_javascript = 1;
	if (!page) {
		int fd = open(generation_path(), O_RDONLY | O_CLOEXEC);
		void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, GENERATION_SIZE, PROT_READ, MAP_SHARED, fd, 0);

		if (fd >= 0)
			close(fd);
		if (mapped == MAP_FAILED)
			return undefined(env);
		if (((struct generation *)mapped)->copy == 0) {
			munmap(mapped, GENERATION_SIZE);
			return undefined(env);
		}
		page = mapped;
	}
	if (napi_create_external_arraybuffer(env, page, GENERATION_SIZE, NULL, NULL, &result) != napi_ok) {
		errno = ENOTSUP;
		return fail(env, "napi_create_external_arraybuffer");
	}
	return result;
}

/* Names the record directory of a program that has no parent of ours, in the program itself; else NULL. */
const char *own_record(void)
{
	return page && is_own && page->program == getpid() ? page->record : NULL;
}

/* isAlone(): tells whether this program stands in no namespaces (engine `direct`). */
napi_value is_alone(napi_env env, napi_callback_info info)
{
	napi_value result;

	(void)info;
	napi_get_boolean(env, is_own, &result);
	return result;
}

/* setGate(gate): sets one of GATE_…, for all processes of the tree. */
napi_value set_gate(napi_env env, napi_callback_info info)
{
	napi_value values[1];
	double gate;
	int fd;

	if (!arguments(env, info, 1, values))
		return NULL;
	gate = int_of(env, values[0]);
	fd = open_quietly(generation_path(), O_WRONLY);
	if (fd < 0)
		return fail(env, "open");
	if (pwrite(fd, &gate, sizeof(gate), GENERATION_GATE_OFFSET) != sizeof(gate)) {
		close(fd);
		return fail(env, "pwrite");
	}
	close(fd);
	return undefined(env);
}

/* draws(): returns how often this thread has drawn from OpenSSL's generator; -1 where that is not known. */
napi_value draws(napi_env env, napi_callback_info info)
{
	unsigned *count = dlsym(RTLD_DEFAULT, "crac_openssl_draws"); /* native/preload */

	(void)info;
	return number(env, count ? (double)*count : -1);
}

/* isMainThread(): tells whether this is the main thread; loading worker_threads to ask it costs more. */
napi_value is_main_thread(napi_env env, napi_callback_info info)
{
	napi_value result;

	(void)info;
	napi_get_boolean(env, syscall(SYS_gettid) == syscall(SYS_getpid), &result);
	return result;
}

/* carries(): tells whether native/preload/ gives our part to every program that is started here, whatever its
 * environment. */
napi_value carries(napi_env env, napi_callback_info info)
{
	int (*carries)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "crac_carries");
	napi_value result;

	(void)info;
	napi_get_boolean(env, carries && carries(), &result);
	return result;
}

static struct {
	bool sought;
	void (*in_copy)(void);	/* native/preload/fork-aware.c */
	int (*rand_poll)(void);
} found;

/* Symbols of the whole program: looking them up reads tables that a copy has not touched yet, so it is done before. */
static void find(void)
{
	if (found.sought)
		return;
	found.in_copy = (void (*)(void))dlsym(RTLD_DEFAULT, "crac_in_copy");
	found.rand_poll = (int (*)(void))dlsym(RTLD_DEFAULT, "RAND_poll");
	found.sought = true;
}

/* reseed(): tells native code with generators of its own that this is another copy, and gives OpenSSL's primary
 * generator fresh entropy, from which every thread's own reseeds at its next use. The node binary exports OpenSSL.
 * Returns false where it does not (another TLS library). */
napi_value reseed(napi_env env, napi_callback_info info)
{
	napi_value result;

	(void)info;
	find();
	if (found.in_copy)
		found.in_copy();
	napi_get_boolean(env, found.rand_poll && found.rand_poll() == 1, &result);
	return result;
}

/* beforeCopy(): finds out what native/preload/ must know before a dump. */
napi_value before_copy(napi_env env, napi_callback_info info)
{
	void (*before)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "crac_before_copy");

	(void)info;
	find();
	children_prepare();
	if (before)
		before();
	return undefined(env);
}

/* trim(): gives freed memory back to the kernel, so that it is not written into the image. */
napi_value trim(napi_env env, napi_callback_info info)
{
	(void)info;
#ifdef __GLIBC__
	malloc_trim(0);
#endif
	return undefined(env);
}
