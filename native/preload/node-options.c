/*
 * Preloaded into the program: in a Node process it puts the preload of JavaScript into NODE_OPTIONS, out of which the
 * preload takes it once it has been loaded (src/program/register.ts).
 */
#define _GNU_SOURCE
#include "preload/node-options.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS "NODE_OPTIONS"
#define BUILD "/native/build/"
#define REGISTER "/dist/register.cjs"

static int is_electron(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	return info->dlpi_name && strstr(info->dlpi_name, "/libffmpeg.so") != NULL;
}

/* Tells whether this is Node: Bun and Deno have Node's interface for addons, but not its start. */
static bool is_node(void)
{
	return dlsym(RTLD_DEFAULT, "_ZN4node5StartEiPPc") && !dl_iterate_phdr(is_electron, NULL);
}

/* Tells whether the permission model is on: Node could load neither the preload nor its addon then, and would not
 * start. */
static bool is_restricted(const char *options)
{
	return options && (strstr(options, "--permission") || strstr(options, "--experimental-permission") ||
			   strstr(options, "--no-addons"));
}

static bool is_restricted_by_words(int argc, char **argv)
{
	for (int i = 1; i < argc && argv[i][0] == '-'; i++)
		if (is_restricted(argv[i]))
			return true;
	return false;
}

/* Quotes a path as src/command/engines/criu/start.ts does: NODE_OPTIONS splits at spaces. */
static void quote(char *to, const char *path)
{
	bool needed = path[strcspn(path, " \t\n\r\v\f\"\\")] != '\0';

	if (needed)
		*to++ = '"';
	for (; *path; *to++ = *path++)
		if (*path == '"' || *path == '\\')
			*to++ = '\\';
	if (needed)
		*to++ = '"';
	*to = '\0';
}

static void give_preload(const char *root, size_t root_length)
{
	const char *given = getenv(OPTIONS);
	char path[PATH_MAX], word[2 * PATH_MAX + 16], *all;

	if (root_length + sizeof(REGISTER) > sizeof(path))
		return;
	memcpy(path, root, root_length);
	strcpy(path + root_length, REGISTER);
	strcpy(word, "--require ");
	quote(word + strlen(word), path);
	if (given && strstr(given, word))
		return;
	if (asprintf(&all, given ? "%s %s" : "%s", word, given) < 0)
		return;
	setenv(OPTIONS, all, 1);
	free(all);
}

bool give_preload_to_node(const char *library, int argc, char **argv)
{
	const char *part = strstr(library, BUILD);

	if (!part || !is_node() || is_restricted(getenv(OPTIONS)) || is_restricted_by_words(argc, argv))
		return false;
	give_preload(library, part - library);
	return true;
}
