#define _GNU_SOURCE
#include "restore/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A descriptor of the engine's own for each name: CRIU refuses one number under two names. */
static void inherit(struct job *job, const char *name, int from)
{
	int fd = fcntl(from, F_DUPFD, 200);

	if (fd < 0)
		return; /* the caller has closed it; the program gets what the image has */
	list_add(&job->engine, "--inherit-fd");
	list_addf(&job->engine, "fd[%d]:%s", fd, name);
}

/* The engine fails where the directory in which the program stood is gone, though the program is about to change to
 * the caller's: it gets that one in its place. */
static void replace_lost_directory(struct job *job, const char *old, const char *cwd)
{
	int fd;

	if (!old || strcmp(old, "/") == 0 || access(old, F_OK) == 0)
		return;
	fd = open(cwd, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	inherit(job, old + 1, fd);
	close(fd);
}

/* A unix connection to a process outside the image: the program finds it with the other end closed. */
static void cut(struct job *job, const char *name)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		die(CRAC_EXIT_ENGINE, "cannot make a socket pair: %s", strerror(errno));
	inherit(job, name, ends[0]);
	close(ends[0]);
	close(ends[1]);
}

/* A file that a policy closes: the program finds a descriptor that refuses every use with EBADF (open(2), O_PATH). */
static void close_file(struct job *job, const char *path)
{
	int fd = open("/", O_PATH | O_CLOEXEC);

	if (fd < 0)
		die(CRAC_EXIT_ENGINE, "cannot open /: %s", strerror(errno));
	inherit(job, path + 1, fd);
	close(fd);
}

/* Children of the program have this stream too, as a pipe or as a terminal: the engine can only put the same there. */
static int given(const struct conf *conf, int slot)
{
	const char *value;

	for (size_t at = 0; (value = conf_each(conf, "inherit", &at));) {
		if (value[0] < '0' || value[0] > '2' || value[1] != ' ' || !value[2])
			conf_bad_value(conf, "inherit", value);
		if (value[0] != '0' + slot)
			continue;
		if (strncmp(value + 2, "pipe:", 5) == 0)
			return slot == 0 ? pump_stdin_if_needed(true) : pump_output(slot, false);
		if (strncmp(value + 2, "tty[", 4) == 0 && slot != 0)
			return pump_output(slot, true);
	}
	return slot == 0 && conf_get(conf, "poll-stdin") ? pump_stdin_if_needed(false) : slot;
}

/* What the engine is linked with and does not use here costs it half of its start. With options of the caller's own it
 * may use it. */
static void replace_unused_libraries(struct job *job, const struct conf *conf)
{
	const char *path;

	for (size_t at = 0; (path = conf_each(conf, "stand-in", &at));) {
		program_trust(conf, "stand-in", path);
		if (access(path, R_OK) == 0)
			job->stand_ins = job->stand_ins ? copyf("%s:%s", job->stand_ins, path) : copyf("%s", path);
	}
}

void restore_engine(struct job *job, const struct conf *conf, const struct restore_options *options)
{
	int streams[3] = { given(conf, 0), given(conf, 1), given(conf, 2) };
	const char *decision;
	size_t index = 0;
	char *cwd = options->cwd ? realpath(options->cwd, NULL) : getcwd(NULL, 0);

	if (!cwd)
		die(CRAC_EXIT_USAGE, "working directory %s: %s", options->cwd ? options->cwd : "", strerror(errno));
	if (conf_get(conf, "nonblocking-stdin"))
		stdio_nonblocking(streams[0]);
	list_add(&job->engine, conf_get(conf, "criu"));
	list_add(&job->engine, "restore");
	list_add(&job->engine, "-W");
	list_add(&job->engine, job->record);
	list_add(&job->engine, "-o");
	list_add(&job->engine, "restore.log");
	list_add(&job->engine, "-v1");
	list_add(&job->engine, "-d");
	list_add(&job->engine, "-S");
	if (job->mode == MODE_USER)
		list_add(&job->engine, "--unprivileged");
	for (size_t i = 0; i < conf->keys.count; i++) {
		const char *value = conf->values.items[i];

		if (strcmp(conf->keys.items[i], "option") == 0)
			list_add(&job->engine, value);
		if (strcmp(conf->keys.items[i], "inherit") == 0) /* its form is known to be right: given() */
			inherit(job, value + 2, streams[value[0] - '0']);
		if (strcmp(conf->keys.items[i], "cut") == 0)
			cut(job, value);
		if (strcmp(conf->keys.items[i], "open") == 0 && (decision = policies_decision(index++)) &&
		    strcmp(decision, "close") == 0)
			close_file(job, strchr(value, '/'));
	}
	replace_lost_directory(job, conf_get(conf, "cwd"), cwd);
	job->mailbox = payload_make(job->record, cwd, options->env_file, options->arguments);
	inherit(job, "/memfd:crac-mailbox", job->mailbox);
	if (options->engine.count == 0)
		replace_unused_libraries(job, conf);
	for (size_t i = 0; i < options->engine.count; i++)
		list_add(&job->engine, options->engine.items[i]);
	free(cwd);
}
