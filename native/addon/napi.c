#define _GNU_SOURCE
#include "addon/addon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Throws the failure of a system call as Node's own errors look: message, code, errno, syscall. */
/* This is libuv's, which every node exports: strerrorname_np is there only in glibc since 2.32. */
const char *uv_err_name(int error);

napi_value fail(napi_env env, const char *syscall_name)
{
	int error = errno;
	char message[256];
	napi_value text, code, object;

	snprintf(message, sizeof(message), "%s: %s", syscall_name, strerror(error));
	napi_create_string_utf8(env, message, NAPI_AUTO_LENGTH, &text);
	napi_create_string_utf8(env, uv_err_name(-error), NAPI_AUTO_LENGTH, &code);
	napi_create_error(env, code, text, &object);
	napi_set_named_property(env, object, "errno", number(env, -error));
	napi_create_string_utf8(env, syscall_name, NAPI_AUTO_LENGTH, &text);
	napi_set_named_property(env, object, "syscall", text);
	napi_throw(env, object);
	return NULL;
}

bool arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values)
{
	size_t given = count;

	if (napi_get_cb_info(env, info, &given, values, NULL, NULL) == napi_ok && given >= count)
		return true;
	napi_throw_type_error(env, "ERR_MISSING_ARGS", "too few arguments for the native part of node-crac");
	return false;
}

int32_t int_of(napi_env env, napi_value value)
{
	int32_t result = -1;

	napi_get_value_int32(env, value, &result);
	return result;
}

/* Returns a string's text, which the caller frees. */
char *text_of(napi_env env, napi_value value)
{
	size_t length = 0;
	char *text;

	napi_get_value_string_utf8(env, value, NULL, 0, &length);
	text = calloc(1, length + 1);
	if (text)
		napi_get_value_string_utf8(env, value, text, length + 1, &length);
	return text;
}

napi_value number(napi_env env, double value)
{
	napi_value result;

	napi_create_double(env, value, &result);
	return result;
}

napi_value undefined(napi_env env)
{
	napi_value result;

	napi_get_undefined(env, &result);
	return result;
}
