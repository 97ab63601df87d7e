#define _GNU_SOURCE
#include "watched-paths.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define FIRST_SIZE 64
#define FREE (-1)
#define DELETED (-2)

/* Open addressing; replaced as a whole, as a dump may find any thread in the middle of it. */
struct table {
	unsigned size, used;
	struct watched entries[];
};

static struct table *table;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static unsigned place_of(const struct table *in, int instance, int watch)
{
	return ((unsigned)instance * 2654435761u ^ (unsigned)watch * 40503u) & (in->size - 1);
}

/* The entry, or the first free one behind where it would be. */
static struct watched *look(struct table *in, int instance, int watch)
{
	for (unsigned i = place_of(in, instance, watch);; i = (i + 1) & (in->size - 1)) {
		struct watched *entry = &in->entries[i];

		if (entry->instance == FREE || (entry->instance == instance && entry->watch == watch))
			return entry;
	}
}

static struct table *make(unsigned size)
{
	struct table *made = calloc(1, sizeof(*made) + size * sizeof(struct watched));

	for (unsigned i = 0; made && i < size; i++)
		made->entries[i].instance = FREE;
	if (made)
		made->size = size;
	return made;
}

/* Twice as large as what is in it needs. */
static bool make_room(void)
{
	struct table *old = table, *made;
	unsigned size = FIRST_SIZE, kept = 0;

	if (old && old->used * 2 < old->size)
		return true;
	for (unsigned i = 0; old && i < old->size; i++)
		kept += old->entries[i].instance >= 0;
	while (size < kept * 4)
		size *= 2;
	made = make(size);
	if (!made)
		return false;
	for (unsigned i = 0; old && i < old->size; i++)
		if (old->entries[i].instance >= 0)
			*look(made, old->entries[i].instance, old->entries[i].watch) = old->entries[i];
	made->used = kept;
	__atomic_store_n(&table, made, __ATOMIC_SEQ_CST);
	free(old);
	return true;
}

static char *absolute(const char *path)
{
	char directory[PATH_MAX], *made;

	if (*path == '/')
		return strdup(path);
	if (!getcwd(directory, sizeof(directory)) || asprintf(&made, "%s/%s", directory, path) < 0)
		return NULL;
	return made;
}

static void note(int instance, int watch, const char *path, uint32_t mask)
{
	char *whole = absolute(path), *before = NULL;
	struct watched *entry;

	if (!whole)
		return; /* the dump says so */
	pthread_mutex_lock(&mutex);
	if (make_room()) {
		entry = look(table, instance, watch);
		before = entry->instance == FREE ? NULL : entry->path;
		table->used += entry->instance == FREE;
		entry->watch = watch;
		entry->mask = mask;
		entry->path = whole;
		__atomic_store_n(&entry->instance, instance, __ATOMIC_SEQ_CST);
		whole = NULL;
	}
	pthread_mutex_unlock(&mutex);
	free(before);
	free(whole);
}

static void forget(int instance, int watch)
{
	char *path = NULL;

	pthread_mutex_lock(&mutex);
	if (table) {
		struct watched *entry = look(table, instance, watch);

		if (entry->instance == instance) {
			path = entry->path;
			entry->instance = DELETED;
		}
	}
	pthread_mutex_unlock(&mutex);
	free(path);
}

#define NEXT(name)                     \
	static __typeof__(&name) next; \
	if (!next)                     \
	next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int inotify_add_watch(int instance, const char *path, uint32_t mask);
int inotify_rm_watch(int instance, int watch);

EXPORT int inotify_add_watch(int instance, const char *path, uint32_t mask)
{
	NEXT(inotify_add_watch);
	int watch = next(instance, path, mask), error = errno;

	if (watch >= 0)
		note(instance, watch, path, mask);
	errno = error;
	return watch;
}

EXPORT int inotify_rm_watch(int instance, int watch)
{
	NEXT(inotify_rm_watch);
	int result;

	forget(instance, watch); /* before the number can be somebody else's */
	result = next(instance, watch);
	return result;
}

const struct watched *watched_find(int instance, int watch)
{
	const struct watched *entry = table ? look(table, instance, watch) : NULL;

	return entry && entry->instance == instance ? entry : NULL;
}

const struct watched *watched_find_other(int watch, const struct watched *after)
{
	const struct watched *end = table ? table->entries + table->size : NULL;

	for (const struct watched *at = after ? after + 1 : table ? table->entries : NULL; at && at < end; at++)
		if (at->instance >= 0 && at->watch == watch)
			return at;
	return NULL;
}
