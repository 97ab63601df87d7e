#define _GNU_SOURCE
#include "addon/addon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FDS_MAX 64

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), saved;

	if (fd < 0)
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* park(socket path, descriptors): has the parent process keep them open while this one is dumped. */
napi_value park(napi_env env, napi_callback_info info)
{
	char control[CMSG_SPACE(FDS_MAX * sizeof(int))] = { 0 }, answer;
	struct iovec part = { "P", 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control };
	struct cmsghdr *header = (struct cmsghdr *)control;
	napi_value values[2];
	uint32_t count = 0;
	char *path;
	int fd;

	if (!arguments(env, info, 2, values))
		return NULL;
	napi_get_array_length(env, values[1], &count);
	if (count == 0 || count > FDS_MAX) {
		errno = EINVAL;
		return fail(env, "sendmsg");
	}
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof(int));
	message.msg_controllen = CMSG_SPACE(count * sizeof(int));
	for (uint32_t i = 0; i < count; i++) {
		napi_value element;

		napi_get_element(env, values[1], i, &element);
		((int *)CMSG_DATA(header))[i] = int_of(env, element);
	}
	path = text_of(env, values[0]);
	fd = connect_to(path);
	free(path);
	if (fd < 0)
		return fail(env, "connect");
	if (sendmsg(fd, &message, MSG_NOSIGNAL) < 0 || recv(fd, &answer, 1, 0) != 1) {
		close(fd);
		return fail(env, "sendmsg");
	}
	close(fd);
	return undefined(env);
}

/* unpark(socket path): returns new descriptors for what was parked, in the same order. */
napi_value unpark(napi_env env, napi_callback_info info)
{
	char control[CMSG_SPACE(FDS_MAX * sizeof(int))], byte;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	napi_value values[1], result;
	uint32_t count = 0;
	char *path;
	int fd;

	if (!arguments(env, info, 1, values))
		return NULL;
	path = text_of(env, values[0]);
	fd = connect_to(path);
	free(path);
	if (fd < 0)
		return fail(env, "connect");
	if (send(fd, "U", 1, MSG_NOSIGNAL) < 0 || recvmsg(fd, &message, MSG_CMSG_CLOEXEC) < 0) {
		close(fd);
		return fail(env, "recvmsg");
	}
	close(fd);
	napi_create_array(env, &result);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
		for (size_t i = 0; c->cmsg_type == SCM_RIGHTS && i < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++)
			napi_set_element(env, result, count++, number(env, ((int *)CMSG_DATA(c))[i]));
	return result;
}
