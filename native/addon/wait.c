#include "addon.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* A message is complete when its first byte is not zero: that one is written last. */
static off_t message_size(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char first = 0;

	if (size <= 0)
		return size;
	if (pread(fd, &first, 1, 0) != 1)
		return -1;
	return first ? size : 0;
}

/* wait(mailbox): blocks the thread until the mailbox has a message and returns it. The process is dumped while it
 * stands in here; a restored copy finds another mailbox at the same number, whose first byte init sets when the
 * engine has let go of every thread: one that ended before that would be a failure to the engine.
 * A short sleep
 * is the one system call that any engine restores without help, and costs a restore at most its length. */
napi_value wait_for_message(napi_env env, napi_callback_info info)
{
	const struct timespec step = { .tv_nsec = 50000 };
	napi_value values[1], buffer;
	void *content;
	off_t size;
	int fd;

	if (!arguments(env, info, 1, values))
		return NULL;
	fd = int_of(env, values[0]);
	while ((size = message_size(fd)) == 0)
		nanosleep(&step, NULL);
	if (size < 0)
		return fail(env, "read");
	if (napi_create_buffer(env, size, &content, &buffer) != napi_ok)
		return NULL;
	if (pread(fd, content, size, 0) != size)
		return fail(env, "pread");
	return buffer;
}
