/*
 * Preloaded into the program: our part of the environment, which a process is started with and does not see.
 *
 * Every program that the tree starts is given LD_PRELOAD (exec.c), whatever environment its parent made for it. In there
 * this library takes its part out again before the program's first instruction, so that the environment is the one that
 * was made for it. A Node process gets the preload then (node-options.c).
 */
#define _GNU_SOURCE
#include "preload/carry.h"
#include "preload/alone.h"
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
static bool is_reachable(const char *path)
{
	int fd = open_unnoted(path);

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
	return !names_library(environment) && is_reachable(library) && (!*alone_library() || is_reachable(alone_library())) &&
	       takes_library(path);
}

size_t carry_room(char *const *environment, const char *path)
{
	size_t count = 0, ours = library_length + 1 + strlen(alone_library()) + 1;
	size_t strings = sizeof(PRELOAD) + ours + sizeof(PROTECTIONS_NAME) + 1 + alone_room();

	if (!library_length || (!protections() && !wants_library(environment, path)))
		return 0;
	for (; environment && environment[count]; count++)
		if (is_preload(environment[count]))
			strings += strlen(environment[count]) + 1 + ours;
	return (count + 3 + ALONE_VARIABLES) * sizeof(char *) + strings;
}

/* Writes the words of LD_PRELOAD that are ours. Returns where they end. */
static char *put_ours(char *text)
{
	text = stpcpy(stpcpy(text, PRELOAD), library);
	return *alone_library() ? stpcpy(stpcpy(text, " "), alone_library()) : text;
}

char **carry_into(void *room, char *const *environment, const char *path)
{
	/* Without protections there is room only where the library is wanted. */
	bool library_too = !protections() || wants_library(environment, path), given = false;
	char **result = room, *text;
	size_t count = 0;

	while (environment && environment[count])
		count++;
	text = (char *)(result + count + 3 + ALONE_VARIABLES);
	for (size_t i = 0; i < count; i++) {
		result[i] = environment[i];
		if (!library_too || !is_preload(environment[i]))
			continue;
		result[i] = text;
		text = stpcpy(stpcpy(put_ours(text), " "), environment[i] + sizeof(PRELOAD) - 1) + 1;
		given = true;
	}
	if (library_too && !given) {
		result[count++] = text;
		text = put_ours(text) + 1;
	}
	if (library_too) {
		size_t more = alone_into(result + count, text);

		count += more;
		if (more > 0)
			text = result[count - 1] + strlen(result[count - 1]) + 1;
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

/* Takes this word out of a list that begins with it. Returns whether nothing else is in there. */
static bool take_word_out(char *list, const char *word)
{
	size_t length = strlen(word);

	if (length == 0 || strncmp(list, word, length) != 0)
		return false;
	if (list[length] == '\0')
		return true;
	if (list[length] == ' ')
		memmove(list, list + length + 1, strlen(list + length + 1) + 1);
	return false;
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
		if (alone_is_own(*from))
			continue;
		if (is_preload(*from) && (take_word_out(value, library) || take_word_out(value, alone_library())))
			continue;
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
	alone_start(library);
	take_out();
	if (give_preload_to_node(library, argc, argv))
		alone_give_to_node();
}
