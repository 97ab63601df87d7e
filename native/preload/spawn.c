/* Preloaded into the program: posix_spawn and its like, with our part of the environment (carry.c). */
#define _GNU_SOURCE
#include "preload/exec.h"

#include <limits.h>
#include <spawn.h>

int pidfd_spawn(int *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const *, char *const *);
int pidfd_spawnp(int *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const *, char *const *);

static __typeof__(&posix_spawn) real_posix_spawn, real_posix_spawnp;
static __typeof__(&pidfd_spawn) real_pidfd_spawn, real_pidfd_spawnp;

void spawn_start(void)
{
	FIND(posix_spawn);
	FIND(posix_spawnp);
	FIND(pidfd_spawn);
	FIND(pidfd_spawnp);
}

#define SPAWNS(name, type, looked_at) \
	EXPORT int name(type *result_at, const char *file, const posix_spawn_file_actions_t *actions, \
			const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]) \
	{ \
		char found[PATH_MAX]; \
		int result; \
		(void)found; \
		NEED(name); \
		WITH_OURS(envp, looked_at); \
		result = real_##name ? real_##name(result_at, file, actions, attributes, argv, ours) : ENOSYS; \
		if (result == E2BIG && place && place != MAP_FAILED) \
			result = real_##name(result_at, file, actions, attributes, argv, envp); \
		DONE; \
		return result; \
	}

SPAWNS(posix_spawn, pid_t, file)
SPAWNS(posix_spawnp, pid_t, find_in_path(file, found))
SPAWNS(pidfd_spawn, int, file)
SPAWNS(pidfd_spawnp, int, find_in_path(file, found))
