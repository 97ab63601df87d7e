#define _GNU_SOURCE
#include "addon/addon.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/wait.h>

/* reap(child): whether a child that sends no signal has ended; it is then no longer there. */
napi_value reap(napi_env env, napi_callback_info info)
{
	napi_value values[1], result;
	pid_t ended;

	if (!arguments(env, info, 1, values))
		return NULL;
	ended = waitpid(int_of(env, values[0]), NULL, __WCLONE | WNOHANG);
	return napi_get_boolean(env, ended > 0 || (ended < 0 && errno == ECHILD), &result) == napi_ok ? result : NULL;
}
