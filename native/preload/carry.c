/*
 * Preloaded into the program: our part of the environment, which a process is started with and does not see.
 *
 * Every program that the tree starts is given LD_PRELOAD (exec.c), whatever environment its parent made for it. In there
 * this library takes its part out again before the program's first instruction, so that the environment is the one that
 * was made for it. A Node process gets the preload then (node-options.c).
 */
#define _GNU_SOURCE
#include "preload/carry.h"
#include "preload/node-options.h"
#include "preload/protections.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define PRELOAD "LD_PRELOAD="

extern char **environ;

/* The library's path as the dynamic linker was told of it; empty: nothing is carried. */
static char library[PATH_MAX];
static size_t library_length;

static bool is_preload(const char *variable)
{
	return strncmp(variable, PRELOAD, sizeof(PRELOAD) - 1) == 0;
}

/* Says whether a list, with spaces or colons between, has this library in it. */
static bool has_library(const char *list)
{
	for (const char *found = list; (found = strstr(found, library)); found += library_length) {
		char before = found == list ? ' ' : found[-1], after = found[library_length];

		if ((before == ' ' || before == ':') && (after == ' ' || after == ':' || after == '\0'))
			return true;
	}
	return false;
}

/* Says whether the executed program could open the library: not after chroot, and not as every user. */
static bool is_reachable(void)
{
	int fd = open_unnoted(library);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static bool names_library(char *const *environment)
{
	for (; environment && *environment; environment++)
		if (is_preload(*environment) && has_library(*environment + sizeof(PRELOAD) - 1))
			return true;
	return false;
}

static bool wants_library(char *const *environment, const char *path)
{
	return !names_library(environment) && is_reachable() && takes_library(path);
}

size_t carry_room(char *const *environment, const char *path)
{
	size_t count = 0, strings = sizeof(PRELOAD) + library_length + sizeof(PROTECTIONS_NAME) + 1;

	if (!library_length || (!protections() && !wants_library(environment, path)))
		return 0;
	for (; environment && environment[count]; count++)
		if (is_preload(environment[count]))
			strings += strlen(environment[count]) + 1 + library_length + 1;
	return (count + 3) * sizeof(char *) + strings;
}

char **carry_into(void *room, char *const *environment, const char *path)
{
	/* Without protections there is room only where the library is wanted. */
	bool library_too = !protections() || wants_library(environment, path), given = false;
	char **result = room, *text;
	size_t count = 0;

	while (environment && environment[count])
		count++;
	text = (char *)(result + count + 3);
	for (size_t i = 0; i < count; i++) {
		result[i] = environment[i];
		if (!library_too || !is_preload(environment[i]))
			continue;
		result[i] = text;
		text = stpcpy(stpcpy(stpcpy(stpcpy(text, PRELOAD), library), " "), environment[i] + sizeof(PRELOAD) - 1) + 1;
		given = true;
	}
	if (library_too && !given) {
		result[count++] = text;
		text = stpcpy(stpcpy(text, PRELOAD), library) + 1;
	}
	if (protections()) {
		result[count++] = text;
		text = stpcpy(text, PROTECTIONS_NAME);
		*text++ = (char)('0' + protections());
		*text = '\0';
	}
	result[count] = NULL;
	return result;
}

/* Takes out what exec.c has put in front; a variable that held nothing else goes. */
static void take_out(void)
{
	char **to = environ;

	for (char **from = environ; from && *from; from++) {
		char *value = *from + sizeof(PRELOAD) - 1;

		if (strncmp(*from, PROTECTIONS_NAME, sizeof(PROTECTIONS_NAME) - 1) == 0) {
			protections_inherited((*from)[sizeof(PROTECTIONS_NAME) - 1] - '0');
			continue;
		}
		if (is_preload(*from) && strncmp(value, library, library_length) == 0) {
			if (value[library_length] == '\0')
				continue;
			if (value[library_length] == ' ')
				memmove(value, value + library_length + 1, strlen(value + library_length + 1) + 1);
		}
		*to++ = *from;
	}
	if (to)
		*to = NULL;
}

/* Tells the addon whether the environment can do without our part. */
__attribute__((visibility("default"))) int crac_carries(void)
{
	return library_length > 0;
}

/* Hands nothing on any more: a copy of the engine `direct` stands in no tree of ours, where nobody would take our part out
 * of a child's environment again. Called by the addon. */
__attribute__((visibility("default"))) void crac_carries_no_more(void)
{
	library_length = 0;
}

void carry_start(int argc, char **argv)
{
	Dl_info info;

	if (!in_tree() || !dladdr((void *)library, &info) || info.dli_fname[0] != '/' ||
	    strlen(info.dli_fname) >= sizeof(library))
		return;
	/* A list is split at these characters: such a path cannot be preloaded at all. */
	if (info.dli_fname[strcspn(info.dli_fname, " :")] != '\0')
		return;
	strcpy(library, info.dli_fname);
	library_length = strlen(library);
	take_out();
	give_preload_to_node(library, argc, argv);
}
