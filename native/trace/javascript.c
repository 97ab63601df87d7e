/*
 * As an addon of Node the same library is given a function that returns the JavaScript stack. It is called in the
 * middle of a system call's wrapper: V8 is in a call from JavaScript to C then, as in any addon.
 */
#define _GNU_SOURCE
#include "trace/trace.h"

#define NAPI_VERSION 8
#include <node_api.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Other programs than Node have none of these functions, even where all symbols are bound at the start. */
#pragma weak napi_is_exception_pending
#pragma weak napi_open_handle_scope
#pragma weak napi_close_handle_scope
#pragma weak napi_get_reference_value
#pragma weak napi_get_undefined
#pragma weak napi_call_function
#pragma weak napi_get_value_string_utf8
#pragma weak napi_get_and_clear_last_exception
#pragma weak napi_get_cb_info
#pragma weak napi_create_reference
#pragma weak napi_add_env_cleanup_hook
#pragma weak napi_create_function
#pragma weak napi_set_named_property

struct thread {
	napi_env env;
	napi_ref capture;
	/* The process that may call: a forked child must not run the parent's JavaScript. */
	pid_t pid;
};

static __thread struct thread here;

size_t javascript_text(char *buffer, size_t size)
{
	napi_value capture, receiver, result;
	napi_handle_scope scope;
	bool pending = true;
	size_t length = 0;

	if (!here.env || here.pid != getpid() || !javascript_may_run())
		return 0;
	if (napi_is_exception_pending(here.env, &pending) != napi_ok || pending)
		return 0;
	if (napi_open_handle_scope(here.env, &scope) != napi_ok)
		return 0;
	if (napi_get_reference_value(here.env, here.capture, &capture) == napi_ok &&
	    napi_get_undefined(here.env, &receiver) == napi_ok) {
		if (napi_call_function(here.env, receiver, capture, 0, NULL, &result) == napi_ok)
			napi_get_value_string_utf8(here.env, result, buffer, size, &length);
		else
			napi_get_and_clear_last_exception(here.env, &result); /* our exception, not the program's */
	}
	napi_close_handle_scope(here.env, scope);
	return length;
}

static void forget(void *unused)
{
	(void)unused;
	memset(&here, 0, sizeof(here));
}

static napi_value watch(napi_env env, napi_callback_info info)
{
	napi_value function;
	size_t count = 1;

	if (napi_get_cb_info(env, info, &count, &function, NULL, NULL) != napi_ok || count < 1 ||
	    napi_create_reference(env, function, 1, &here.capture) != napi_ok)
		return NULL;
	here.env = env;
	here.pid = getpid();
	napi_add_env_cleanup_hook(env, forget, NULL);
	return NULL;
}

/* record(text): writes what only JavaScript knows: a text that is a whole record. */
static napi_value record(napi_env env, napi_callback_info info)
{
	char text[16 * 1024];
	napi_value given;
	size_t count = 1, length = 0;

	if (napi_get_cb_info(env, info, &count, &given, NULL, NULL) == napi_ok && count == 1 &&
	    napi_get_value_string_utf8(env, given, text, sizeof(text), &length) == napi_ok)
		journal_write(text, length);
	return NULL;
}

EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports)
{
	napi_value function;

	if (napi_create_function(env, "watch", NAPI_AUTO_LENGTH, watch, NULL, &function) == napi_ok)
		napi_set_named_property(env, exports, "watch", function);
	if (napi_create_function(env, "record", NAPI_AUTO_LENGTH, record, NULL, &function) == napi_ok)
		napi_set_named_property(env, exports, "record", function);
	return exports;
}
