#define _GNU_SOURCE
#include "preload/alone.h"
#include "generation.h"
#include "preload/carry.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENGINE "CRAC_PROGRAM_ENGINE"
#define LIBRARY "/direct.so"

static char engine[16], library[PATH_MAX];

void alone_start(const char *ours)
{
	const char *name = getenv(ENGINE), *list = getenv("LD_PRELOAD"), *at = list ? strstr(list, ours) : NULL;
	size_t length;

	if (name && strlen(name) < sizeof(engine))
		strcpy(engine, name);
	if (!at || at[strlen(ours)] != ' ')
		return;
	at += strlen(ours) + 1;
	length = strcspn(at, " :");
	if (length < sizeof(library) && length >= sizeof(LIBRARY) &&
	    strncmp(at + length - (sizeof(LIBRARY) - 1), LIBRARY, sizeof(LIBRARY) - 1) == 0)
		memcpy(library, at, length);
}

const char *alone_library(void)
{
	return library;
}

/* A copy of the engine `auto` that stands in no namespaces is one of `direct`. */
static const char *engine_now(void)
{
	return record_without_namespaces() ? "direct" : engine;
}

size_t alone_room(void)
{
	const char *record = record_without_namespaces();

	return sizeof(ENGINE) + sizeof(engine) + (record ? sizeof(GENERATION_VARIABLE) + strlen(record) + sizeof("/mark") : 0) + 2;
}

size_t alone_into(char **to, char *text)
{
	const char *record = record_without_namespaces();
	size_t count = 0;

	if (!*library)
		return 0;
	to[count++] = text;
	text = stpcpy(stpcpy(text, ENGINE "="), engine_now()) + 1;
	if (record) {
		to[count++] = text;
		stpcpy(stpcpy(stpcpy(text, GENERATION_VARIABLE "="), record), "/mark");
	}
	return count;
}

static bool is_named(const char *variable, const char *name)
{
	size_t length = strlen(name);

	return strncmp(variable, name, length) == 0 && variable[length] == '=';
}

bool alone_is_own(const char *variable)
{
	return *library && (is_named(variable, ENGINE) || is_named(variable, GENERATION_VARIABLE));
}

void alone_give_to_node(void)
{
	const char *record = record_without_namespaces();
	char path[PATH_MAX];

	if (!*library)
		return;
	setenv(ENGINE, engine_now(), 1);
	if (!record)
		return;
	snprintf(path, sizeof(path), "%s/mark", record);
	setenv(GENERATION_VARIABLE, path, 1);
}
