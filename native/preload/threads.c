/*
 * Preloaded into the program: keeps the thread pointers of all threads, by which their thread-local memory is found.
 * glibc's layout of it is the one that debuggers know (libthread_db): the vector of a thread's modules stands behind
 * its thread pointer.
 */
#define _GNU_SOURCE
#include "preload/threads.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#define MOST 1024
#define UNALLOCATED ((void *)-1L)

struct begin {
	void *(*function)(void *);
	void *argument;
};

/* An entry of the vector in glibc's <dl-dtv.h>; the first is a generation, the one before says how many entries there are. */
union module {
	size_t counter;
	struct {
		void *memory, *to_free;
	} pointer;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *threads[MOST];
static size_t thread_count;
static pthread_key_t at_end;

static char *thread_pointer(void)
{
#if defined(__x86_64__)
	char *pointer;

	__asm__("mov %%fs:0, %0" : "=r"(pointer));
	return pointer;
#elif defined(__aarch64__)
	char *pointer;

	__asm__("mrs %0, tpidr_el0" : "=r"(pointer));
	return pointer;
#else
	return NULL;
#endif
}

static union module *modules_of(char *thread)
{
#if defined(__x86_64__)
	return *(union module **)(thread + 8);
#else
	return *(union module **)thread;
#endif
}

static void forget(void *thread)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < thread_count; i++)
		if (threads[i] == thread)
			threads[i--] = threads[--thread_count];
	pthread_mutex_unlock(&lock);
}

static void remember(void)
{
	char *thread = thread_pointer();

	if (!thread)
		return;
	pthread_mutex_lock(&lock);
	if (thread_count < MOST)
		threads[thread_count++] = thread;
	pthread_mutex_unlock(&lock);
	pthread_setspecific(at_end, thread);
}

static void *run(void *data)
{
	struct begin begin = *(struct begin *)data;

	free(data);
	remember();
	return begin.function(begin.argument);
}

__attribute__((visibility("default"))) int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
							  void *(*function)(void *), void *argument)
{
	static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
	struct begin *begin = malloc(sizeof(*begin));
	int error;

	if (!real)
		real = (__typeof__(real))dlsym(RTLD_NEXT, "pthread_create");
	if (!begin)
		return EAGAIN;
	*begin = (struct begin){ function, argument };
	error = real(thread, attributes, run, begin);
	if (error)
		free(begin);
	return error;
}

void threads_start(void)
{
	pthread_key_create(&at_end, forget);
	remember();
}

void threads_memory(size_t module, void (*each)(uint64_t *memory, void *data), void *data)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < thread_count; i++) {
		union module *modules = modules_of(threads[i]);

		if (module > 0 && module <= modules[-1].counter && modules[module].pointer.memory &&
		    modules[module].pointer.memory != UNALLOCATED)
			each(modules[module].pointer.memory, data);
	}
	pthread_mutex_unlock(&lock);
}
