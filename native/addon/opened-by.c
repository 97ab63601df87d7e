#define _GNU_SOURCE
#include "addon/addon.h"
#include "preload/opened.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/* Writes `function+0x12 (library)`, or `0x1234 (library)` for a function without a name that others could call. */
static void describe(void *address, char *text, size_t size)
{
	Dl_info info;

	if (!dladdr(address, &info) || !info.dli_fname)
		snprintf(text, size, "%p", address);
	else if (info.dli_sname)
		snprintf(text, size, "%s+0x%zx (%s)", info.dli_sname, (size_t)((char *)address - (char *)info.dli_saddr),
			 info.dli_fname);
	else
		snprintf(text, size, "0x%zx (%s)", (size_t)((char *)address - (char *)info.dli_fbase), info.dli_fname);
}

/* Says whether a frame is one of the two preloaded functions that made the note, or of those before them. */
static bool is_ours(void *address, const void *ours)
{
	Dl_info a, b;

	return dladdr(address, &a) && dladdr(ours, &b) && a.dli_fbase == b.dli_fbase;
}

/* openedBy(fd): returns undefined, or [time, thread, frame, …], the innermost frame first. */
napi_value opened_by(napi_env env, napi_callback_info info)
{
	opened_function *ask = (opened_function *)dlsym(RTLD_DEFAULT, "crac_opened");
	napi_value fd, list, item;
	const struct opened *entry;
	uint32_t length = 0;
	char text[1024];

	if (!arguments(env, info, 1, &fd))
		return NULL;
	entry = ask ? ask(int_of(env, fd)) : NULL;
	if (!entry)
		return undefined(env);
	napi_create_array(env, &list);
	napi_set_element(env, list, length++, number(env, entry->time));
	napi_set_element(env, list, length++, number(env, entry->thread));
	for (int i = 0; i < entry->count; i++) {
		if (is_ours(entry->frames[i], (const void *)ask))
			continue;
		describe(entry->frames[i], text, sizeof(text));
		napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &item);
		napi_set_element(env, list, length++, item);
	}
	return list;
}
