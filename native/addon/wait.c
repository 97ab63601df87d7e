#include "addon.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* wait(mailbox): blocks the thread until the mailbox has content and returns it. The process is dumped while it
 * stands in here; a restored copy finds another mailbox at the same number, filled before it woke. A short sleep
 * is the one system call that any engine restores without help, and costs a restore at most its length. */
napi_value wait_for_message(napi_env env, napi_callback_info info)
{
	const struct timespec step = { .tv_nsec = 200000 };
	napi_value values[1], buffer;
	void *content;
	off_t size;
	int fd;

	if (!arguments(env, info, 1, values))
		return NULL;
	fd = int_of(env, values[0]);
	while ((size = lseek(fd, 0, SEEK_END)) == 0)
		nanosleep(&step, NULL);
	if (size < 0)
		return fail(env, "lseek");
	if (napi_create_buffer(env, size, &content, &buffer) != napi_ok)
		return NULL;
	if (pread(fd, content, size, 0) != size)
		return fail(env, "pread");
	return buffer;
}
