#define _GNU_SOURCE
#include "addon/environment.h"
#include "addon/addon.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A restored program is told its caller's whole environment (native/restore/payload.c), most of which it has already:
 * for JavaScript that has not run yet in this copy each variable is dear. So what is the same is left out here, and
 * what the caller does not have is told by name (`u`);
 * `p` says that this was done. */

struct variable {
	const char *text; /* NAME=VALUE */
	size_t length, name; /* bytes of all of it, and of the name */
	bool is_given, is_told; /* by the caller; otherwise than it is here */
};

static struct {
	char *text;
	struct variable *variables; /* in the order of their names */
	size_t count;
} known;

static void forget(void)
{
	free(known.text);
	free(known.variables);
	memset(&known, 0, sizeof(known));
}

static struct variable variable_of(const char *text, size_t length)
{
	const char *equals = memchr(text, '=', length);

	return (struct variable){ .text = text, .length = length, .name = equals ? (size_t)(equals - text) : length };
}

static int compare(const void *a, const void *b)
{
	const struct variable *one = a, *other = b;
	size_t shorter = one->name < other->name ? one->name : other->name;
	int order = memcmp(one->text, other->text, shorter);

	return order ? order : (one->name > other->name) - (one->name < other->name);
}

/* noteEnvironment(text): NAME=VALUE and a NUL, again and again: what the next copy has anyway. */
napi_value note_environment(napi_env env, napi_callback_info info)
{
	napi_value values[1];
	size_t size = 0, count = 0;

	if (!arguments(env, info, 1, values))
		return NULL;
	forget();
	napi_get_value_string_utf8(env, values[0], NULL, 0, &size);
	known.text = malloc(size + 1);
	if (!known.text || napi_get_value_string_utf8(env, values[0], known.text, size + 1, &size) != napi_ok)
		return undefined(env);
	for (size_t i = 0; i < size; i++)
		count += known.text[i] == '\0';
	known.variables = calloc(count + 1, sizeof(*known.variables));
	for (const char *at = known.text; known.variables && known.count < count; at += known.variables[known.count++].length + 1)
		known.variables[known.count] = variable_of(at, strlen(at));
	if (known.variables)
		qsort(known.variables, known.count, sizeof(*known.variables), compare);
	return undefined(env);
}

/* Is this what the copy has anyway? Of several of one name the last counts. */
static bool is_same(const char *text, size_t length)
{
	struct variable given = variable_of(text, length);
	struct variable *here = bsearch(&given, known.variables, known.count, sizeof(given), compare);

	if (!here)
		return false;
	here->is_given = true;
	if (here->length != length || memcmp(here->text, text, length) != 0)
		here->is_told = true;
	return !here->is_told;
}

static char *tell_missing(char *to)
{
	for (size_t i = 0; i < known.count; i++) {
		const struct variable *each = &known.variables[i];

		if (each->is_given)
			continue;
		*to++ = 'u';
		to = mempcpy(to, each->text, each->name);
		*to++ = '\0';
	}
	return to;
}

/* *message is of malloc, and of fields with a NUL behind each; it may become another one. Returns its length. */
size_t environment_reduce(char **message, size_t length)
{
	size_t room = length;
	char *reduced, *to;

	if (!known.variables || length < 2 || (*message)[length - 1] != '\0')
		return length;
	for (size_t i = 0; i < known.count; i++)
		room += known.variables[i].name + 2;
	reduced = to = malloc(room);
	if (!reduced)
		return length;
	for (const char *at = *message; at < *message + length;) {
		size_t size = strlen(at);

		if (*at != 'E' || !is_same(at + 1, size - 1))
			to = mempcpy(to, at, size + 1);
		at += size + 1;
	}
	to = mempcpy(tell_missing(to), "p", sizeof("p"));
	free(*message);
	*message = reduced;
	return (size_t)(to - reduced);
}
