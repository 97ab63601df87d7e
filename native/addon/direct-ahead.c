#define _GNU_SOURCE
#include "addon/addon.h"
#include "addon/direct-ahead.h"
#include "direct-calls.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#define STACK (256u << 10)

#ifdef CRAC_OLD /* not in portable.h: another file defines one of them */
CRAC_OLD(pthread_create);
CRAC_OLD(pthread_join);
CRAC_OLD(pthread_attr_setstacksize);
#endif

static pthread_t thread;
static bool is_there;
static atomic_bool is_done;

static void *read_ahead(void *call)
{
	((direct_ahead *)call)(true);
	is_done = true;
	return NULL;
}

void ahead_end(void)
{
	if (is_there)
		pthread_join(thread, NULL);
	is_there = false;
}

/* Signals of the program's are for its own threads. */
static bool start(direct_ahead *call)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	bool started;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	pthread_attr_setstacksize(&attributes, STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&thread, &attributes, read_ahead, (void *)call) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return started;
}

/* directAhead(): has a thread read what a snapshot would else be waited for. */
napi_value direct_read_ahead(napi_env env, napi_callback_info info)
{
	direct_ahead *call = (direct_ahead *)dlsym(RTLD_DEFAULT, "crac_direct_ahead");

	(void)info;
	ahead_end();
	is_done = true; /* where there can be no thread it is read while all stand still */
	if (!call)
		return undefined(env);
	call(false);
	is_done = false;
	is_there = start(call);
	if (!is_there)
		is_done = true;
	return undefined(env);
}

/* directIsAhead(): tells whether that is done. */
napi_value direct_is_ahead(napi_env env, napi_callback_info info)
{
	napi_value result;

	(void)info;
	return napi_get_boolean(env, is_done, &result) == napi_ok ? result : NULL;
}
