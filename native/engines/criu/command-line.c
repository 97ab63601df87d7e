#define _GNU_SOURCE
#include "engines/criu/command-line.h"
#include "base/list.h"
#include "base/say.h"
#include "restore/policies.h"
#include "restore/trust.h"
#include "supervisor/pump.h"
#include "supervisor/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Gives the engine a descriptor of its own for each name: CRIU refuses one number under two names. False where `from`
 * is none. */
bool command_line_inherit(struct criu_state *state, const char *name, int from)
{
	int fd = fcntl(from, F_DUPFD, 200);

	if (fd < 0)
		return false;
	list_add(&state->command, "--inherit-fd");
	list_addf(&state->command, "fd[%d]:%s", fd, name);
	return true;
}

/* Replaces the directory in which the program stood, where it is gone: the engine fails then, though the program is
 * about to change to the caller's, which it gets in its place. */
static void replace_lost_directory(struct criu_state *state, const char *old, const char *cwd)
{
	int fd;

	if (!old || strcmp(old, "/") == 0 || access(old, F_OK) == 0)
		return;
	fd = open(cwd, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	command_line_inherit(state, old + 1, fd);
	close(fd);
}

/* Cuts a unix connection to a process outside the image: the program finds it with the other end closed. */
static void cut(struct criu_state *state, const char *name)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		die(CRAC_EXIT_ENGINE, "cannot make a socket pair: %s", strerror(errno));
	command_line_inherit(state, name, ends[0]);
	close(ends[0]);
	close(ends[1]);
}

/* Closes a file for a policy: the program finds a descriptor that refuses every use with EBADF (open(2), O_PATH). */
static void close_file(struct criu_state *state, const char *path)
{
	int fd = open("/", O_PATH | O_CLOEXEC);

	if (fd < 0)
		die(CRAC_EXIT_ENGINE, "cannot open /: %s", strerror(errno));
	command_line_inherit(state, path + 1, fd);
	close(fd);
}

/* Returns the stream that children of the program have too, as a pipe or as a terminal: the engine can only put the
 * same there. */
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

/* Replaces the libraries that the engine is linked with and does not use here: they cost it half of its start. With
 * options of the caller's own it may use them. */
static void replace_unused_libraries(struct criu_state *state, const struct conf *conf)
{
	const char *path;

	for (size_t at = 0; (path = conf_each(conf, "stand-in", &at));) {
		program_trust(conf, "stand-in", path);
		if (access(path, R_OK) == 0)
			state->stubs = state->stubs ? copyf("%s:%s", state->stubs, path) : copyf("%s", path);
	}
}

static void add_fixed(struct criu_state *state, const struct restore *restore)
{
	const char *words[] = { conf_get(&restore->conf, "criu"), "restore", "-W", restore->record, "-o", "restore.log", "-v1",
				"-d", "-S" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		list_add(&state->command, words[i]);
	if (restore->namespaces.mode == MODE_USER)
		list_add(&state->command, "--unprivileged");
}

/* Hands over the streams. One that the caller has closed is not replaced: the program gets what the image has. */
static void add_streams(struct criu_state *state, const struct conf *conf)
{
	int streams[3] = { given(conf, 0), given(conf, 1), given(conf, 2) };
	const char *value;

	if (conf_get(conf, "nonblocking-stdin"))
		stream_nonblocking(streams[0]);
	for (size_t at = 0; (value = conf_each(conf, "inherit", &at));) /* its form is known to be right: given() */
		command_line_inherit(state, value + 2, streams[value[0] - '0']);
}

void command_line_make(struct criu_state *state, const struct restore *restore)
{
	const struct conf *conf = &restore->conf;
	const struct list *options = &restore->options.engine;
	const char *value, *decision;
	size_t index = 0;

	add_fixed(state, restore);
	for (size_t at = 0; (value = conf_each(conf, "option", &at));)
		list_add(&state->command, value);
	add_streams(state, conf);
	for (size_t at = 0; (value = conf_each(conf, "cut", &at));)
		cut(state, value);
	for (size_t at = 0; (value = conf_each(conf, "open", &at));)
		if ((decision = policies_decision(index++)) && strcmp(decision, "close") == 0)
			close_file(state, strchr(value, '/'));
	replace_lost_directory(state, conf_get(conf, "cwd"), restore->cwd);
	command_line_inherit(state, "/memfd:crac-mailbox", restore->mailbox);
	if (options->count == 0)
		replace_unused_libraries(state, conf);
	list_add_all(&state->command, options);
}
