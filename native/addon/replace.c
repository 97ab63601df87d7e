#define _GNU_SOURCE
#include "addon/addon.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

char **strings_of(napi_env env, napi_value array)
{
	uint32_t count = 0;
	char **strings;

	napi_get_array_length(env, array, &count);
	strings = calloc(count + 1, sizeof(char *));
	for (uint32_t i = 0; strings && i < count; i++) {
		napi_value element;

		napi_get_element(env, array, i, &element);
		strings[i] = text_of(env, element);
	}
	return strings;
}

/* replaceProcess(argv, environment, keep): calls execve. `crac run` becomes the launcher and does not stay in memory.
 * Without `keep`, descriptors that this process has inherited end here, but for the standard streams. */
napi_value replace_process(napi_env env, napi_callback_info info)
{
	napi_value values[3];
	char **argv, **envp;
	bool keep = true;

	if (!arguments(env, info, 3, values))
		return NULL;
	argv = strings_of(env, values[0]);
	envp = strings_of(env, values[1]);
	if (!argv || !envp || !argv[0]) {
		errno = EINVAL;
		return fail(env, "execve");
	}
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			fcntl(fd, F_SETFD, 0);
	napi_get_value_bool(env, values[2], &keep);
	if (!keep)
		syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC); /* glibc has it since 2.34 */
	execve(argv[0], argv, envp);
	return fail(env, "execve");
}
