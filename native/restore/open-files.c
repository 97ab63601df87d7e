#define _GNU_SOURCE
#include "restore/open-files.h"
#include "base/list.h"
#include "base/say.h"
#include "base/scan.h"
#include "restore/fingerprint.h"
#include "restore/policies.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files that the program has open, compared with what they were at the checkpoint (src/command/engines/criu/image/open-files.ts): the
 * engine would open whatever has the name. Microseconds each, and content is read only where the times differ. */

bool open_file_parse(const char *line, struct open_file *file)
{
	static const char *const kinds[] = { "append", "read", "write", "directory" };
	long long process, fd, uid, gid, mode;
	char position[24];
	bool known = false;

	if (!scan_number(&line, 1, INT_MAX, &process) || !scan_number(&line, 0, INT_MAX, &fd) ||
	    !scan_word(&line, file->access, sizeof(file->access)) || !scan_word(&line, position, sizeof(position)) ||
	    !scan_number(&line, 0, LLONG_MAX, &file->size) || !scan_word(&line, file->modified, sizeof(file->modified)) ||
	    !scan_number(&line, 0, UINT_MAX, &uid) || !scan_number(&line, 0, UINT_MAX, &gid) ||
	    !scan_number(&line, 0, UINT_MAX, &mode) || !scan_word(&line, file->fingerprint, sizeof(file->fingerprint)) || *line != '/')
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		known |= strcmp(file->access, kinds[i]) == 0;
	/* A directory's position is up to 2^63 - 1, which older images have rounded to 2^63: this call stops at the end of
	 * the range. */
	file->position = strtoll(position, NULL, 10);
	file->process = process;
	file->fd = fd;
	file->uid = uid;
	file->gid = gid;
	file->mode = mode;
	file->path = line;
	return known;
}

/* Describes in words how the program had the file open. */
static char *describe(const struct open_file *file, int program)
{
	char *who = file->process == program ? copyf("descriptor %d", file->fd) :
					       copyf("descriptor %d of process %d", file->fd, file->process);

	if (strcmp(file->access, "read") == 0)
		return copyf("%s (%s, read to byte %lld of %lld)", file->path, who, file->position, file->size);
	if (strcmp(file->access, "directory") == 0)
		return copyf("%s (%s, a directory)", file->path, who);
	return copyf("%s (%s, open for %s, %lld bytes)", file->path, who, strcmp(file->access, "append") == 0 ? "append" : "writing",
		     file->size);
}

/* Makes a file anew that was rotated or removed, as a log is: the program goes on in it, with the owner and mode of the
 * old. */
static void make_anew(const struct open_file *file)
{
	int fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file->mode & 07777);

	if (fd < 0 && errno == EEXIST)
		return; /* it is open twice, or another copy was quicker */
	if (fd < 0)
		die(CRAC_EXIT_IMAGE, "%s, which the program has open, is gone and cannot be made anew: %s. Bring it or its directory "
		    "back", file->path, strerror(errno));
	/* Only root may give files away: else it belongs to the caller, as the program does. */
	if (fchown(fd, file->uid, file->gid) < 0 || fchmod(fd, file->mode & 07777) < 0)
		say("warning: cannot give %s the owner and mode that it had: %s", file->path, strerror(errno));
	close(fd);
	say("%s is gone since the checkpoint; made anew, empty", file->path);
}

/* The state of a file that can be made anew, once nothing else is in the way. */
static const char ANEW[] = "is gone";

/* Returns what would make the program go wrong, or NULL. */
static const char *changed(const struct open_file *file, bool allowed)
{
	bool directory = strcmp(file->access, "directory") == 0, read_only = strcmp(file->access, "read") == 0;
	bool append = strcmp(file->access, "append") == 0;
	char modified[40], now[12];
	struct stat status;

	if (stat(file->path, &status) < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			return copyf("cannot be looked at: %s", strerror(errno));
		return append || (allowed && !read_only && !directory) ? ANEW : "is gone";
	}
	if (directory)
		return S_ISDIR(status.st_mode) ? NULL : "is no directory any more";
	if (!S_ISREG(status.st_mode))
		return "is no file any more";
	snprintf(modified, sizeof(modified), "%lld%09ld", (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
	if (append || allowed || (status.st_size == file->size && strcmp(modified, file->modified) == 0))
		return NULL;
	if (!read_only)
		return status.st_size == file->size ? NULL : copyf("has %lld bytes now", (long long)status.st_size);
	if (status.st_size < file->size && status.st_size < file->position)
		return copyf("has %lld bytes now", (long long)status.st_size);
	fingerprint(file->path, file->position, file->size, now);
	if (!*now || strcmp(file->fingerprint, "-") == 0 || strcmp(now, file->fingerprint) == 0)
		return NULL;
	return copyf("has other content now (%lld bytes)", (long long)status.st_size);
}

/* Adds one rule of a policy file, as it would stand there. */
static void add_rule(struct list *rules, const struct open_file *file, const char *what)
{
	bool gone = strncmp(what, "is ", 3) == 0 || strncmp(what, "cannot", 6) == 0;

	for (size_t i = 0; i < rules->count; i++)
		if (strstr(rules->items[i], copyf("path: \"%s\"\n", file->path)))
			return;
	list_addf(rules, "  type: file\n  path: \"%s\"\n  action: %s", file->path, gone ? "close" : "reopen");
}

static char *joined(const struct list *items, const char *between)
{
	char *text = copyf("%s", items->items[0]);

	for (size_t i = 1; i < items->count; i++)
		text = copyf("%s%s%s", text, between, items->items[i]);
	return text;
}

static bool allows(const struct restore_options *options, const struct open_file *file)
{
	for (size_t i = 0; i < options->prefixes.count; i++)
		if (strncmp(file->path, options->prefixes.items[i], strlen(options->prefixes.items[i])) == 0)
			return true;
	for (size_t i = 0; i < options->ignored.count; i++)
		if (atoi(options->ignored.items[i]) == file->fd)
			return true;
	return false;
}

void open_files_check(const struct conf *conf, const struct restore_options *options, int program)
{
	struct list problems = { 0 }, rules = { 0 }, gone = { 0 };
	const char *image = conf->image->path, *value;
	struct open_file file;
	size_t index = 0, at = 0;

	while ((value = conf_each(conf, "open", &at))) {
		const char *decision, *what;

		if (!open_file_parse(value, &file))
			conf_bad_value(conf, "open", value);
		decision = policies_decision(index++);
		if (decision && strcmp(decision, "close") == 0)
			continue; /* the engine does it */
		what = changed(&file, decision || allows(options, &file));
		if (what == ANEW)
			list_add(&gone, value);
		if (!what || what == ANEW)
			continue;
		list_addf(&problems, "  %s %s", describe(&file, program), what);
		add_rule(&rules, &file, what);
	}
	for (size_t i = 0; i < gone.count && problems.count == 0; i++)
		if (open_file_parse(gone.items[i], &file))
			make_anew(&file);
	if (problems.count == 0)
		return;
	die(CRAC_EXIT_IMAGE,
	    "cannot restore %s: what the program has open is not as it was at the checkpoint:\n%s\n"
	    "Bring it back as it was; or let the program go on with what is there now, by these rules in a file for\n"
	    "crac restore %s --policies FILE:\n%s",
	    image, joined(&problems, "\n"), image, joined(&rules, "\n  ---\n"));
}
