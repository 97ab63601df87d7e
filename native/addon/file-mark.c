#define _GNU_SOURCE
#include "addon/addon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* fileMark(path): a text that changes with the file, undefined where there is none. Node's own stat makes objects and,
 * where there is none, goes through ten times as much code, which no copy has touched yet. */
napi_value file_mark(napi_env env, napi_callback_info info)
{
	napi_value values[1], result;
	struct stat status;
	char text[160], *path;
	int length, error;

	if (!arguments(env, info, 1, values))
		return NULL;
	path = text_of(env, values[0]);
	error = !path ? ENOMEM : stat(path, &status) < 0 ? errno : 0;
	free(path);
	errno = error;
	if (error)
		return error == ENOENT ? undefined(env) : fail(env, "stat");
	length = snprintf(text, sizeof(text), "%llu %llu %lld %lld.%09ld %lld.%09ld", (unsigned long long)status.st_dev,
			  (unsigned long long)status.st_ino, (long long)status.st_size, (long long)status.st_mtim.tv_sec,
			  status.st_mtim.tv_nsec, (long long)status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
	return napi_create_string_utf8(env, text, (size_t)length, &result) == napi_ok ? result : NULL;
}
