#define _GNU_SOURCE
#include "restore/payload.h"
#include "base/deadline.h"
#include "base/file.h"
#include "base/list.h"
#include "base/say.h"

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

/* Reads NAME=VALUE lines, with or without a carriage return at their end; blank lines and lines that start with # are
 * skipped. Returns what is wrong, or NULL. */
const char *payload_environment(FILE *file, char *text, size_t length, const char **where)
{
	char *rest = text, *line;

	*where = "";
	if (memchr(text, '\0', length))
		return "it holds a NUL byte";
	while ((line = strsep(&rest, "\n"))) {
		size_t end = strlen(line);

		if (end > 0 && line[end - 1] == '\r')
			line[end - 1] = '\0';
		if (!*line || *line == '#')
			continue;
		*where = line;
		if (!strchr(line + 1, '='))
			return "expected NAME=VALUE, found: ";
		field(file, 'E', line);
	}
	return NULL;
}

static void environment_from(FILE *file, const char *path)
{
	size_t length;
	char *text = read_stream(path, &length);
	const char *where, *wrong;

	if (!text && errno == ETIMEDOUT)
		die_late(copyf("--env-file %s: nothing more comes from there", path));
	if (!text && errno == EFBIG)
		die(CRAC_EXIT_USAGE, "--env-file %s: more than %d bytes; an environment of that size cannot be given", path, STREAM_MAX);
	if (!text)
		die(CRAC_EXIT_USAGE, "--env-file %s: %s", path, strerror(errno));
	wrong = payload_environment(file, text, length, &where);
	if (wrong)
		die(CRAC_EXIT_USAGE, "--env-file %s: %s%s", path, wrong, where);
	free(text);
}

void payload_add(int fd, char kind, const char *value)
{
	char *text = copyf("%c%s", kind, value);
	ssize_t length = (ssize_t)strlen(text) + 1;

	if (pwrite(fd, text, length, lseek(fd, 0, SEEK_END)) != length)
		die(CRAC_EXIT_ENGINE, "cannot write the memory file: %s", strerror(errno));
	lseek(fd, 0, SEEK_SET);
	free(text);
}

/* Wakes the program when the engine is done: it finds the message complete (native/addon/wait.c). */
void payload_release(int fd)
{
	if (fd >= 0 && pwrite(fd, "R", 1, 0) != 1)
		say("cannot wake the restored program: %s", strerror(errno));
}

/* Makes a memory file of NUL-terminated fields (docs/formats.md), each led by its kind: R restored, D record directory,
 * C working directory, N new arguments follow, A one argument, E one NAME=VALUE, O one word of what is started where the
 * restore fails (--or-run). */
int payload_make(const char *record, const char *cwd, const char *env_file, char **arguments, const struct list *cold)
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
	for (size_t i = 0; cold && i < cold->count; i++)
		field(file, 'O', cold->items[i]);
	if (fclose(file) != 0)
		die(CRAC_EXIT_ENGINE, "cannot write the memory file: %s", strerror(errno));
	lseek(fd, 0, SEEK_SET);
	return fd;
}
