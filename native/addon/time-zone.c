#define _GNU_SOURCE
#include "addon/addon.h"

#include <dlfcn.h>

#define GET_CURRENT "_ZN2v87Isolate10GetCurrentEv"
#define NOTIFY "_ZN2v87Isolate39DateTimeConfigurationChangeNotificationENS0_17TimeZoneDetectionE"

/* forgetTimeZone(): makes this thread's Date ask for the time zone anew. `process.env.TZ = …` does so in the main
 * thread only (node's src/node_env_var.cc); in a Worker nothing of Node's reaches it, and the binary exports V8.
 * Returns false where it does not. */
napi_value forget_time_zone(napi_env env, napi_callback_info info)
{
	void *(*current)(void) = (void *(*)(void))dlsym(RTLD_DEFAULT, GET_CURRENT);
	void (*notify)(void *, int) = (void (*)(void *, int))dlsym(RTLD_DEFAULT, NOTIFY);
	napi_value result;

	(void)info;
	if (current && notify)
		notify(current(), 0); /* kSkip: the main thread has had ICU detect it already */
	napi_get_boolean(env, current && notify, &result);
	return result;
}
