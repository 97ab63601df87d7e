#define _GNU_SOURCE
#include "addon/addon.h"
#include "addon/environment.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Sleeps shortly: the one system call that any engine restores without help, and it costs a restore at most its length. */
static void sleep_shortly(void)
{
	const struct timespec step = { .tv_nsec = 50000 };

	nanosleep(&step, NULL);
}

/* Tells whether whoever would write into the mailbox has gone: the other end of this socket is closed. */
static bool has_gone(int connection)
{
	struct pollfd polled = { connection, POLLRDHUP, 0 };

	return connection >= 0 && poll(&polled, 1, 0) > 0 && polled.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL);
}

/* wait(mailbox, connection): blocks the thread until the mailbox has a message and returns it. The process is dumped while it
 * stands in here; a restored copy finds another mailbox at the same number, with a message whose first byte, R, is not
 * there yet (released). */
napi_value wait_for_message(napi_env env, napi_callback_info info)
{
	static const char gone[] = "Fthe command that was to make the image has gone; the program goes on";
	napi_value values[2], text;
	int fd, connection;
	char *content;
	off_t size;

	if (!arguments(env, info, 2, values))
		return NULL;
	fd = int_of(env, values[0]);
	connection = int_of(env, values[1]);
	while ((size = lseek(fd, 0, SEEK_END)) == 0) {
		if (has_gone(connection) && lseek(fd, 0, SEEK_END) == 0)
			return napi_create_string_utf8(env, gone, sizeof(gone) - 1, &text) == napi_ok ? text : NULL;
		sleep_shortly();
	}
	if (size < 0)
		return fail(env, "lseek");
	content = malloc(size);
	if (!content || pread(fd, content, size, 0) != size) {
		free(content);
		return fail(env, "pread");
	}
	if (*content == '\0')
		*content = 'R';
	if (*content == 'R')
		size = environment_reduce(&content, size);
	if (napi_create_string_utf8(env, content, size, &text) != napi_ok)
		text = NULL;
	free(content);
	return text;
}

/* released(mailbox): blocks until init has set the first byte, as it does when the engine has let go of every thread
 * and has ended well: a program that ended before would be a failure to the engine. */
napi_value wait_until_released(napi_env env, napi_callback_info info)
{
	napi_value values[1];
	char first = '\0';
	ssize_t got;
	int fd;

	if (!arguments(env, info, 1, values))
		return NULL;
	fd = int_of(env, values[0]);
	while ((got = pread(fd, &first, 1, 0)) == 1 && first == '\0')
		sleep_shortly();
	return got == 1 ? NULL : fail(env, "pread");
}
