#define _GNU_SOURCE
#include "addon/addon.h"
#include "addon/direct-ahead.h"
#include "addon/direct-words.h"
#include "addon/environment.h"
#include "addon/page-notes.h"
#include "direct-calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The engine `direct`: this process writes itself (native/engines/direct/inside), when the command says so by a socket
 * (direct-words.h). What else the program is told lies in its mailbox, as with every engine (native/addon/wait.c). */

static struct {
	direct_dump *dump;
	direct_snapshot *snapshot;
	direct_release *release;
	direct_end *end;
	direct_problem *problem;
	direct_payload *payload;
	direct_tree *tree;
} calls;

static bool find_calls(void)
{
	calls.dump = (direct_dump *)dlsym(RTLD_DEFAULT, "crac_direct_dump");
	calls.snapshot = (direct_snapshot *)dlsym(RTLD_DEFAULT, "crac_direct_snapshot");
	calls.release = (direct_release *)dlsym(RTLD_DEFAULT, "crac_direct_release");
	calls.end = (direct_end *)dlsym(RTLD_DEFAULT, "crac_direct_end");
	calls.problem = (direct_problem *)dlsym(RTLD_DEFAULT, "crac_direct_problem");
	calls.payload = (direct_payload *)dlsym(RTLD_DEFAULT, "crac_direct_payload");
	calls.tree = (direct_tree *)dlsym(RTLD_DEFAULT, "crac_direct_tree");
	return calls.dump && calls.snapshot && calls.tree && calls.release && calls.end && calls.problem && calls.payload;
}

static napi_value text_result(napi_env env, const char *text, size_t length)
{
	napi_value result;

	return napi_create_string_utf8(env, text, length, &result) == napi_ok ? result : NULL;
}

static napi_value whole_file(napi_env env, int fd, bool is_copy)
{
	struct stat status;
	napi_value result;
	size_t length;
	char *content;

	if (fstat(fd, &status) < 0)
		return fail(env, "fstat");
	content = calloc(1, status.st_size + 1);
	if (!content || pread(fd, content, status.st_size, 0) != status.st_size) {
		free(content);
		return fail(env, "pread");
	}
	if (is_copy)
		page_notes_asked(content, status.st_size);
	length = is_copy ? environment_reduce(&content, status.st_size) : (size_t)status.st_size;
	result = text_result(env, content, length);
	free(content);
	return result;
}

static bool slots_of(napi_env env, napi_value array, struct excluded *excluded)
{
	uint32_t count = 0;

	napi_get_array_length(env, array, &count);
	for (uint32_t i = 0; i + 1 < count; i += 2) {
		napi_value fd, stream;

		if (excluded->slot_count == SLOTS_MAX)
			return false;
		napi_get_element(env, array, i, &fd);
		napi_get_element(env, array, i + 1, &stream);
		excluded->slots[excluded->slot_count++] = (struct slot){ int_of(env, fd), int_of(env, stream) };
	}
	return true;
}

/* The descriptor whose description bears a mark, by which the command finds out who else has it; -1 for none. The mark,
 * O_NONBLOCK, means nothing to a file. */
static int marked = -1;

static void mark_end(void)
{
	if (marked >= 0)
		fcntl(marked, F_SETFL, fcntl(marked, F_GETFL) ^ O_NONBLOCK);
	marked = -1;
}

static void mark_description(int connection, const char *number)
{
	marked = atoi(number);
	if (fcntl(marked, F_SETFL, fcntl(marked, F_GETFL) ^ O_NONBLOCK) < 0)
		marked = -1;
	words_answer(connection, "O", "");
}

enum heard { GONE, TOLD, RESTORED, ANOTHER, GOES_ON };

/* Goes on after all, or is not one of several. */
static void forget(bool written)
{
	if (written)
		calls.release();
	else
		calls.tree("");
}

/* `text` is the PIDs of this process's children, each with a comma behind it, a semicolon, and what the library is told. */
static void take_place(void *loop, int connection, const char *text)
{
	const char *wrong = children_differ(loop, &text);

	if (!wrong && !calls.tree(text))
		wrong = "the command and this program are of different versions of node-crac";
	words_answer(connection, wrong ? "F" : "G", wrong ? wrong : "");
}

/* Does what the command says, until there is a word in the mailbox, or the command has gone; or in a copy. */
static enum heard obey(void *loop, int connection, int mailbox, const char *mark, const struct excluded *excluded)
{
	static char text[128 << 10];
	bool written = false;
	ssize_t got;

	while ((got = words_hear(connection, mailbox, text, sizeof(text))) > 0) {
		mark_end();
		if (*text == 'E' && written)
			calls.end();
		if (*text == 'X') {
			forget(written);
			return ANOTHER;
		}
		if (*text == 'G' && !written) {
			take_place(loop, connection, text + 1);
			continue;
		}
		if (*text == 'O' && !written) {
			mark_description(connection, text + 1);
			continue;
		}
		if (*text != 'W' || written)
			continue;
		switch (calls.dump(text + 1, mark, excluded)) {
		case DIRECT_RESTORED:
			return RESTORED;
		case DIRECT_WRITTEN:
			written = true;
			words_answer(connection, "D", "");
			break;
		default:
			words_answer(connection, "F", calls.problem());
			break;
		}
	}
	mark_end();
	forget(written);
	return got < 0 ? GONE : TOLD;
}

/* Has a child write the image. Where none can, this process stands still and does what the command says. */
static enum heard snapshot(void *loop, int connection, int mailbox, const char *path, const char *mark, const struct excluded *excluded,
			   int *writer)
{
	char number[16];

	switch (calls.snapshot(path, mark, excluded, writer)) {
	case DIRECT_RESTORED:
		return RESTORED;
	case DIRECT_SNAPSHOT:
		snprintf(number, sizeof(number), "%d", *writer);
		words_answer(connection, "S", number);
		return GOES_ON;
	case DIRECT_ALONE:
		words_answer(connection, "N", calls.problem());
		break;
	default:
		words_answer(connection, "F", calls.problem());
	}
	return obey(loop, connection, mailbox, mark, excluded);
}

/* A copy that does not know what it was given can neither go on as the program nor tell anybody else. */
static _Noreturn void end_spoiled(void)
{
	static const char text[] = "crac: cannot restore: the copy cannot read what the restore gave it.\n"
				   "What to do: restore the image again\n";

	if (write(2, text, sizeof(text) - 1) < 0)
		_exit(72);
	exit(72);
}

/* `how` is what the caller has said of a child that writes the image: S, N and why none does, or nothing. */
static napi_value stand(napi_env env, int connection, int mailbox, const char *path, const char *mark, const struct excluded *excluded,
			const char *how)
{
	static const char gone[] = "Fthe command that was to make the image has gone; the program goes on";
	struct uv_loop_s *loop = NULL;
	char another[32];
	napi_value result;
	int writer = 0;

	napi_get_uv_event_loop(env, &loop);
	if (*how == 'N')
		words_answer(connection, "N", how + 1);
	switch (*how == 'S' ? snapshot(loop, connection, mailbox, path, mark, excluded, &writer) :
			      obey(loop, connection, mailbox, mark, excluded)) {
	case GONE:
		close(connection);
		return text_result(env, gone, sizeof(gone) - 1);
	case TOLD:
		close(connection);
		return whole_file(env, mailbox, false);
	case ANOTHER: /* whose end of the connection tells that it has come so far */
		return text_result(env, another, (size_t)snprintf(another, sizeof(another), "X%d", connection));
	case GOES_ON: /* by that connection it hears what has become of the image */
		return text_result(env, another, (size_t)snprintf(another, sizeof(another), "S%d %d", writer, connection));
	default: /* there is no such connection */
		generation_becomes_own();
		result = whole_file(env, calls.payload(), true);
		close(calls.payload());
		if (!result)
			end_spoiled();
		return result;
	}
}

/* directStand(socket, mailbox, [fd, stream, …], member, snapshot): stands still until told to go on; returns that word, as
 * wait() does, or X and the connection, to be closed when this process stands still as another engine wants it; or S, the
 * number of the child that writes the image, and the connection. `member` is the PID of a child of the program, else 0;
 * `snapshot` as in stand(). */
napi_value direct_stand(napi_env env, napi_callback_info info)
{
	struct excluded excluded = { .count = 1 };
	napi_value values[5], result = NULL;
	char *path, *mark, *how;

	if (!arguments(env, info, 5, values))
		return NULL;
	if (!find_calls() || !slots_of(env, values[2], &excluded)) {
		errno = calls.dump ? E2BIG : ENOSYS;
		return fail(env, "directStand");
	}
	ahead_end();
	path = text_of(env, values[0]);
	how = text_of(env, values[4]);
	mark = realpath(generation_path(), NULL);
	excluded.fds[0] = mark ? words_reach(path) : -1;
	if (excluded.fds[0] < 0 || !words_say_who(excluded.fds[0], int_of(env, values[3])))
		fail(env, "connect");
	else
		result = stand(env, excluded.fds[0], int_of(env, values[1]), path, mark, &excluded, how);
	free(path);
	free(how);
	free(mark);
	return result;
}
