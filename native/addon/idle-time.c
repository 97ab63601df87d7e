#define _GNU_SOURCE
#include "addon/addon.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stddef.h>
#include <string.h>

/* The beginning of uv_loop_t, which is the same in all of libuv 1. */
struct loop {
	void *data;
	unsigned active_handles;
	void *handles[2];
	void *requests;
	void *internal;
};

static uint64_t *find(struct loop *loop, uint64_t value)
{
	size_t words = malloc_usable_size(loop->internal) / sizeof(uint64_t);
	uint64_t *found = NULL, *word = loop->internal;

	for (size_t i = 0; i < words && i < 64; i++) {
		if (word[i] != value)
			continue;
		if (found)
			return NULL;
		found = &word[i];
	}
	return found;
}

/* countAsIdle(nanoseconds): counts this thread's loop as idle for so long, though it was not waiting for events.
 * performance.eventLoopUtilization() takes for active what libuv has not counted as idle, and libuv lets nobody add to
 * it: the number is looked for in the loop's private memory, by its value. Returns false where it is not found. */
napi_value count_as_idle(napi_env env, napi_callback_info info)
{
	static uint64_t (*idle_time)(void *); /* found before the dump: a copy would read tables for it that it has not touched */
	uint64_t before, *counter = NULL;
	struct uv_loop_s *loop = NULL;
	napi_value values[1], result;
	double more = 0;

	if (!arguments(env, info, 1, values))
		return NULL;
	napi_get_value_double(env, values[0], &more);
	if (!idle_time)
		idle_time = (uint64_t (*)(void *))dlsym(RTLD_DEFAULT, "uv_metrics_idle_time");
	if (idle_time && more > 0 && napi_get_uv_event_loop(env, &loop) == napi_ok && (before = idle_time(loop)) > 0)
		counter = find((struct loop *)loop, before);
	if (counter) {
		__atomic_store_n(counter, before + (uint64_t)more, __ATOMIC_RELAXED);
		if (idle_time(loop) != before + (uint64_t)more) {
			__atomic_store_n(counter, before, __ATOMIC_RELAXED); /* another number that was the same by chance */
			counter = NULL;
		}
	}
	napi_get_boolean(env, counter != NULL, &result);
	return result;
}
