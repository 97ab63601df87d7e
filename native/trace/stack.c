#define _GNU_SOURCE
#include "trace/trace.h"

#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <unwind.h>

#define DEEPEST 64
/* The number of this library's own frames. */
#define OWN 5

static char program[4096];

struct walk {
	char *buffer;
	size_t size;
	size_t used;
	int depth;
};

/* The function of glibc since 2.35, asked for by name: this library loads on older ones. It takes no lock: a thread of
 * a forked process may never get the loader's. */
static int (*find_object)(void *address, struct dl_find_object *found);

void stack_prepare(void)
{
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	program[length < 0 ? 0 : length] = '\0';
	find_object = (int (*)(void *, struct dl_find_object *))dlsym(RTLD_DEFAULT, "_dl_find_object");
}

static bool file_of(void *address, const char **name, uintptr_t *base)
{
	struct dl_find_object found;
	struct link_map *map;
	Dl_info info;

	if (find_object) {
		if (find_object(address, &found) != 0)
			return false;
		map = found.dlfo_link_map;
	} else if (!dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP) || !map) {
		return false;
	}
	*name = map->l_name;
	*base = map->l_addr;
	return true;
}

static _Unwind_Reason_Code frame(struct _Unwind_Context *context, void *argument)
{
	struct walk *walk = argument;
	uintptr_t address = _Unwind_GetIP(context), base = 0;
	const char *name = "?";
	int written;

	if (++walk->depth > DEEPEST || !address)
		return _URC_END_OF_STACK;
	if (walk->depth <= OWN)
		return _URC_NO_REASON;
	if (file_of((void *)(address - 1), &name, &base) && !*name)
		name = program;
	written = snprintf(walk->buffer + walk->used, walk->size - walk->used, "n %lx %s\n",
			   (unsigned long)(address - base), name);
	if (written < 0 || (size_t)written >= walk->size - walk->used)
		return _URC_END_OF_STACK;
	walk->used += written;
	return _URC_NO_REASON;
}

size_t stack_text(char *buffer, size_t size)
{
	struct walk walk = {.buffer = buffer, .size = size};

	_Unwind_Backtrace(frame, &walk);
	return walk.used;
}
