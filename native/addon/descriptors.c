#define _GNU_SOURCE
#include "addon/addon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* memoryFile(name): makes a memory file, which CRIU knows by that name at restore (--inherit-fd fd[N]:/memfd:NAME). */
napi_value memory_file(napi_env env, napi_callback_info info)
{
	napi_value values[1];
	char *name;
	int fd;

	if (!arguments(env, info, 1, values))
		return NULL;
	name = text_of(env, values[0]);
	fd = memfd_create(name, MFD_CLOEXEC);
	free(name);
	return fd < 0 ? fail(env, "memfd_create") : number(env, fd);
}

/* duplicate(from, to): puts `from` at number `to`, close-on-exec as `to` was (0 to 2 never). */
napi_value duplicate(napi_env env, napi_callback_info info)
{
	napi_value values[2];
	int from, to, flags;

	if (!arguments(env, info, 2, values))
		return NULL;
	from = int_of(env, values[0]);
	to = int_of(env, values[1]);
	flags = to < 3 ? 0 : fcntl(to, F_GETFD);
	if (dup3(from, to, flags > 0 && (flags & FD_CLOEXEC) ? O_CLOEXEC : 0) < 0)
		return fail(env, "dup3");
	return undefined(env);
}

/* seek(fd, position): moves to a position from the start of the file. */
napi_value seek(napi_env env, napi_callback_info info)
{
	napi_value values[2];
	double position = 0;

	if (!arguments(env, info, 2, values))
		return NULL;
	napi_get_value_double(env, values[1], &position);
	if (lseek(int_of(env, values[0]), (off_t)position, SEEK_SET) < 0)
		return fail(env, "lseek");
	return undefined(env);
}

/* epollControl(add, epoll, fd, events, data): takes libuv's own registration out before a descriptor is replaced, and
 * puts it back after that; an epoll set keeps the old file open behind a replaced number otherwise. */
napi_value epoll_control(napi_env env, napi_callback_info info)
{
	napi_value values[5];
	struct epoll_event event = { 0 };
	bool add = false;
	double data = 0;

	if (!arguments(env, info, 5, values))
		return NULL;
	napi_get_value_bool(env, values[0], &add);
	napi_get_value_double(env, values[4], &data);
	event.events = (uint32_t)int_of(env, values[3]);
	event.data.u64 = (uint64_t)data;
	if (epoll_ctl(int_of(env, values[1]), add ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, int_of(env, values[2]), &event) < 0)
		return fail(env, "epoll_ctl");
	return undefined(env);
}

/* listens(fd): the path of a unix socket that listens, '' of another one that does; undefined of all else. The kernel's
 * tables tell the same, and have a line for each connection of the machine. */
napi_value listens(napi_env env, napi_callback_info info)
{
	struct sockaddr_un address = { .sun_family = AF_UNSPEC };
	socklen_t length = sizeof(address) - 1, size = sizeof(int);
	napi_value values[1], result;
	int fd, yes = 0;

	if (!arguments(env, info, 1, values))
		return NULL;
	fd = int_of(env, values[0]);
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &size) < 0 || !yes || getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		return undefined(env);
	if (address.sun_family != AF_UNIX)
		address.sun_path[0] = '\0';
	return napi_create_string_utf8(env, address.sun_path, NAPI_AUTO_LENGTH, &result) == napi_ok ? result : NULL;
}
