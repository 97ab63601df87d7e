/* The parts that the functions that start a program have in common: exec.c, execl.c and spawn.c. */
#ifndef CRAC_EXEC_H
#define CRAC_EXEC_H

#include "preload/carry.h"

#include <alloca.h>
#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>

#define EXPORT __attribute__((visibility("default")))
#define STACK_ROOM (64u << 10)

/* Finds libc's function of this name. */
#define FIND(name) real_##name = (__typeof__(real_##name))dlsym(RTLD_NEXT, #name)

/* Finds it if need be: a program's constructor may start programs before ours has run. */
#define NEED(name) \
	if (!real_##name) \
		exec_start()

/* Makes `environment`, or the same with our part. Room on the stack, or mapped: then exec takes it away. */
#define WITH_OURS(environment, path) \
	size_t room = carry_room(environment, path); \
	void *place = room == 0 ? NULL : room <= STACK_ROOM ? alloca(room) : mmap(NULL, room, PROT_READ | PROT_WRITE, \
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); \
	char *const *ours = !place || place == MAP_FAILED ? (environment) : carry_into(place, environment, path)

/* Tells whether our part was too much: the kernel limits words and environment together, and what fits without our part
 * is executed without it. */
#define WAS_TOO_MUCH (result < 0 && errno == E2BIG && place && place != MAP_FAILED)

#define DONE \
	if (room > STACK_ROOM && place != MAP_FAILED) \
		munmap(place, room)

/* in-path.c: returns the file that execvp would execute, only to look at it; `found` has PATH_MAX bytes. */
const char *find_in_path(const char *file, char *found);

/* spawn.c: does as exec_start() of carry.h. */
void spawn_start(void);

#endif
