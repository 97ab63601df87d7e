#define _GNU_SOURCE
#include "addon/addon.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

enum { POSIX_LOCK, FLOCK_LOCK, OFD_LOCK };

static struct flock range_of(napi_env env, napi_value write, napi_value start, napi_value length)
{
	bool exclusive = false;
	double from = 0, bytes = 0;
	struct flock range = { .l_whence = SEEK_SET };

	napi_get_value_bool(env, write, &exclusive);
	napi_get_value_double(env, start, &from);
	napi_get_value_double(env, length, &bytes);
	range.l_type = exclusive ? F_WRLCK : F_RDLCK;
	range.l_start = (off_t)from;
	range.l_len = (off_t)bytes;
	return range;
}

/*
 * lock(fd, kind, write, start, length): takes a lock without waiting; a length of 0 reaches to the end of every file.
 * Returns 0 when it has the lock, else the PID of the process that has it, or -1 where the kernel does not tell
 * (another PID namespace, a lock that belongs to an open file).
 */
napi_value take_lock(napi_env env, napi_callback_info info)
{
	napi_value values[5];
	struct flock range;
	int fd, kind, command;

	if (!arguments(env, info, 5, values))
		return NULL;
	fd = int_of(env, values[0]);
	kind = int_of(env, values[1]);
	range = range_of(env, values[2], values[3], values[4]);
	if (kind == FLOCK_LOCK) {
		if (flock(fd, (range.l_type == F_WRLCK ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
			return number(env, 0);
		return errno == EWOULDBLOCK ? number(env, -1) : fail(env, "flock");
	}
	command = kind == OFD_LOCK ? F_OFD_SETLK : F_SETLK;
	if (fcntl(fd, command, &range) == 0)
		return number(env, 0);
	if (errno != EAGAIN && errno != EACCES)
		return fail(env, "fcntl");
	if (fcntl(fd, kind == OFD_LOCK ? F_OFD_GETLK : F_GETLK, &range) < 0 || range.l_type == F_UNLCK || range.l_pid <= 0)
		return number(env, -1);
	return number(env, range.l_pid);
}
