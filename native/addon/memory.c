#define _GNU_SOURCE
#include "addon.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>

/* What every thread of the process sees at once; the JavaScript side names the cells (src/restoration/shared.ts). */
static double cells[8];

napi_value shared_memory(napi_env env, napi_callback_info info)
{
	napi_value result;

	(void)info;
	if (napi_create_external_arraybuffer(env, cells, sizeof(cells), NULL, NULL, &result) != napi_ok) {
		errno = ENOTSUP;
		return fail(env, "napi_create_external_arraybuffer");
	}
	return result;
}

/* reseed(): fresh entropy for OpenSSL's primary generator, from which every thread's own reseeds at its next use.
 * The node binary exports OpenSSL. Returns false where it does not (another TLS library). */
napi_value reseed(napi_env env, napi_callback_info info)
{
	int (*rand_poll)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "RAND_poll");
	napi_value result;

	(void)info;
	napi_get_boolean(env, rand_poll && rand_poll() == 1, &result);
	return result;
}

/* trim(): gives freed memory back to the kernel, so that it is not written into the image. */
napi_value trim(napi_env env, napi_callback_info info)
{
	(void)info;
#ifdef __GLIBC__
	malloc_trim(0);
#endif
	return undefined(env);
}
