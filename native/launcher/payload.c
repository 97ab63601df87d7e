#define _GNU_SOURCE
#include "crac.h"

#include <errno.h>
#include <string.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern char **environ;

static void field(FILE *file, char kind, const char *value)
{
	fputc(kind, file);
	fputs(value, file);
	fputc('\0', file);
}

/* NAME=VALUE lines; blank lines and lines that start with # are skipped. */
static void environment_from(FILE *file, const char *path)
{
	char *text = read_file(path, NULL), *rest = text, *line;

	if (!text)
		die(CRAC_EXIT_USAGE, "--env-file %s: %s", path, strerror(errno));
	while ((line = strsep(&rest, "\n"))) {
		if (!*line || *line == '#')
			continue;
		if (!strchr(line, '='))
			die(CRAC_EXIT_USAGE, "--env-file %s: expected NAME=VALUE, found: %s", path, line);
		field(file, 'E', line);
	}
	free(text);
}

/* The engine is done: the program finds the message complete and wakes (native/addon/wait.c). */
void payload_release(int fd)
{
	if (fd >= 0 && pwrite(fd, "R", 1, 0) != 1)
		say("cannot wake the restored program: %s", strerror(errno));
}

/* A memory file of NUL-terminated fields, each led by its kind: R restored, D record directory, C working directory,
 * N new arguments follow, A one argument, E one NAME=VALUE. */
int payload_make(const char *record, const char *cwd, const char *env_file, char **arguments)
{
	int fd = memfd_create("crac-mailbox", 0);
	FILE *file = fd < 0 ? NULL : fdopen(dup(fd), "w");

	if (!file)
		die(CRAC_EXIT_ENGINE, "cannot make a memory file: %s", strerror(errno));
	field(file, '\0', ""); /* R, once the program may wake: payload_release */
	field(file, 'D', record);
	field(file, 'C', cwd);
	for (char **e = environ; *e; e++)
		field(file, 'E', *e);
	if (env_file)
		environment_from(file, env_file);
	if (arguments) {
		field(file, 'N', "");
		for (; *arguments; arguments++)
			field(file, 'A', *arguments);
	}
	if (fclose(file) != 0)
		die(CRAC_EXIT_ENGINE, "cannot write the memory file: %s", strerror(errno));
	lseek(fd, 0, SEEK_SET);
	return fd;
}
