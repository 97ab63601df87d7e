#define _GNU_SOURCE
#include "restore/mapped-files.h"
#include "base/deadline.h"
#include "base/file.h"
#include "base/list.h"
#include "base/say.h"
#include "base/scan.h"
#include "restore/build-id.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Node, libraries and addons: no image holds their code, and other code there would be executed half and half. The
 * engine compares too, but it would say less. */

/* Returns what `node --version` prints, or NULL; called only on the way to a message. */
static char *version_of(const char *node)
{
	char text[64];
	int ends[2], status;
	bool in_time;
	ssize_t got;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		return NULL;
	if (pid == 0) {
		dup2(open("/dev/null", O_RDWR), 2);
		dup2(ends[1], 1);
		unsetenv("NODE_OPTIONS"); /* meant for the program */
		execl(node, node, "--version", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	in_time = wait_for_child(pid, 5000, &status);
	fcntl(ends[0], F_SETFL, O_NONBLOCK); /* what it has left behind may keep the pipe open */
	got = read(ends[0], text, sizeof(text) - 1);
	close(ends[0]);
	if (!in_time || status != 0 || got < 2 || text[0] != 'v')
		return NULL;
	text[got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return copyf("%s", text);
}

static char *build(long long size, const char *id)
{
	return id && *id != '-' ? copyf("%lld bytes, build id %.12s", size, id) : copyf("%lld bytes", size);
}

static _Noreturn void die_node_changed(const struct conf *conf, const char *path, const char *then, const char *now)
{
	const char *old = conf_get(conf, "node-version");
	char *new = version_of(path);

	die(CRAC_EXIT_IMAGE,
	    "%s was replaced since the checkpoint: the program ran on Node %s (%s), and this is %s%s (%s).\n"
	    "Install Node %s there again, or make the image anew with the Node that is there now:\n"
	    "  crac run --image DIR app.js\n  crac checkpoint DIR",
	    path, old ? old : "of another version", then, new ? "Node " : "something else", new ? new : "", now,
	    old ? old : "of that version");
}

static _Noreturn void die_gone(const struct conf *conf, const char *path, bool is_node, int error)
{
	const char *old = conf_get(conf, "node-version");

	if (is_node)
		die(CRAC_EXIT_IMAGE, "the program ran on Node %s at %s: %s. Install that version of node there again, or make the "
		    "image anew:\n  crac run --image DIR app.js\n  crac checkpoint DIR", old ? old : "", path, strerror(error));
	die(CRAC_EXIT_IMAGE, "the program has %s mapped, which cannot be opened: %s. Bring the same version back there, or make "
	    "the image anew:\n  crac run --image DIR app.js\n  crac checkpoint DIR", path, strerror(error));
}

static bool is_libc(const char *path)
{
	const char *name = strrchr(path, '/');

	return name && (strncmp(name, "/libc.so.", 9) == 0 || strncmp(name, "/ld-musl-", 9) == 0);
}

/* Reads `glibc 2.36` out of the library's own text, or NULL; called only on the way to a message. */
static char *libc_version(const char *path)
{
	static const char word[] = "stable release version ";
	size_t length = 0;
	char *text = read_file(path, &length), *at = text ? memmem(text, length, word, sizeof(word) - 1) : NULL;
	char *found = NULL;

	if (at) {
		at += sizeof(word) - 1;
		found = copyf("glibc %.*s", (int)strspn(at, "0123456789."), at);
		for (size_t end = strlen(found); end && found[end - 1] == '.';)
			found[--end] = '\0';
	}
	free(text);
	return found;
}

/* Dies about the C library, which is not brought back: it is the machine's, or the container's. */
static _Noreturn void die_libc(const struct conf *conf, const char *path, const char *then, const char *now)
{
	const char *name = conf_get(conf, "libc");

	die(CRAC_EXIT_IMAGE,
	    "%s was made with %s (%s: %s), and this machine has %s there. Restore it where that very C library is: the same release\n"
	    "of the distribution, or the container image that it was made in. Or make an image for this one here:\n"
	    "  crac run --image DIR app.js\n  crac checkpoint DIR", conf->image->path, name ? name : "another C library", path, then, now);
}

bool mapped_file_parse(const char *line, struct mapped_file *file)
{
	if (!scan_number(&line, 0, LLONG_MAX, &file->size) || !scan_word(&line, file->modified, sizeof(file->modified)) ||
	    !scan_word(&line, file->id, sizeof(file->id)) || *line != '/')
		return false;
	file->path = line;
	return true;
}

static void check(const struct conf *conf, const char *line, const char *node)
{
	char modified[40], *now, *then;
	struct mapped_file file;
	struct stat status;
	const char *path;

	if (!mapped_file_parse(line, &file))
		conf_bad_value(conf, "mapped", line);
	path = file.path;
	if (stat(path, &status) < 0) {
		if (errno == ENOENT && is_libc(path))
			die_libc(conf, path, build(file.size, file.id), "nothing");
		die_gone(conf, path, node && strcmp(path, node) == 0, errno);
	}
	snprintf(modified, sizeof(modified), "%lld%09ld", (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
	if (status.st_size == file.size && strcmp(modified, file.modified) == 0)
		return;
	now = build_id(path);
	if (status.st_size == file.size && (*file.id == '-' || (now && strcmp(now, file.id) == 0)))
		return; /* the same again: copied, or installed anew */
	then = build(file.size, file.id);
	now = build(status.st_size, now);
	if (is_libc(path)) {
		char *version = libc_version(path);

		die_libc(conf, path, then, version ? copyf("%s (%s)", version, now) : now);
	}
	if (node && strcmp(path, node) == 0)
		die_node_changed(conf, path, then, now);
	die(CRAC_EXIT_IMAGE,
	    "%s was replaced since the checkpoint, and the program has it mapped: it was %s, and is %s.\n"
	    "Bring the version of then back there, or make the image anew with the one that is there now:\n"
	    "  crac run --image DIR app.js\n  crac checkpoint DIR",
	    path, then, now);
}

void mapped_files_check(const struct conf *conf)
{
	const char *node = conf_get(conf, "node"), *value;

	if (node && (node = strchr(node, ' ')))
		node++;
	for (size_t at = 0; (value = conf_each(conf, "mapped", &at));)
		check(conf, value, node);
}
