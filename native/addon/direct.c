#define _GNU_SOURCE
#include "addon/addon.h"
#include "addon/environment.h"
#include "addon/written-pages.h"
#include "direct-calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The engine `direct`: this process writes itself (native/engines/direct/inside). The command and the program talk over
 * a socket meanwhile, each message with a NUL behind it: `G` and a text, you are one of several processes (inside/tree.c);
 * `W` and a directory, write there; `E`, end; `X`, stand still as another engine wants it. A child of the program says first
 * `P` and its PID. Answers: `G`, known; `D`, done, or `F` and why not. What else the program is told lies in its mailbox, as with every engine (native/addon/wait.c). */

#define STEP 2 /* milliseconds after which the mailbox is looked at */

static struct {
	direct_dump *dump;
	direct_release *release;
	direct_end *end;
	direct_problem *problem;
	direct_payload *payload;
	direct_tree *tree;
} calls;

static bool find_calls(void)
{
	calls.dump = (direct_dump *)dlsym(RTLD_DEFAULT, "crac_direct_dump");
	calls.release = (direct_release *)dlsym(RTLD_DEFAULT, "crac_direct_release");
	calls.end = (direct_end *)dlsym(RTLD_DEFAULT, "crac_direct_end");
	calls.problem = (direct_problem *)dlsym(RTLD_DEFAULT, "crac_direct_problem");
	calls.payload = (direct_payload *)dlsym(RTLD_DEFAULT, "crac_direct_payload");
	calls.tree = (direct_tree *)dlsym(RTLD_DEFAULT, "crac_direct_tree");
	return calls.dump && calls.tree && calls.release && calls.end && calls.problem && calls.payload;
}

static int reach(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
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
		written_pages_asked(content, status.st_size);
	length = is_copy ? environment_reduce(&content, status.st_size) : (size_t)status.st_size;
	result = text_result(env, content, length);
	free(content);
	return result;
}

static bool has_content(int mailbox)
{
	struct stat status;

	return fstat(mailbox, &status) == 0 && status.st_size > 0;
}

/* Returns the length of the next message; 0 or less where none comes any more. */
static ssize_t hear_message(int connection, char *text, size_t room)
{
	size_t length = 0;

	do {
		ssize_t got = recv(connection, text + length, room - 1 - length, 0);

		if (got <= 0)
			return got;
		length += (size_t)got;
	} while (text[length - 1] != '\0' && length < room - 1);
	text[length] = '\0';
	return (ssize_t)length;
}

/* Waits until the command says something, or has gone, or the mailbox has a word. Returns the length, 0 for the latter. */
static ssize_t hear(int connection, int mailbox, char *text, size_t room)
{
	struct pollfd polled = { connection, POLLIN, 0 };

	for (;;) {
		if (poll(&polled, 1, STEP) > 0) {
			ssize_t got = hear_message(connection, text, room);

			return got > 0 ? got : has_content(mailbox) ? 0 : -1;
		}
		if (has_content(mailbox))
			return 0;
	}
}

/* Answers without allocating: threads stand still that may have the allocator's lock. */
static void answer(int connection, const char *word, const char *text)
{
	struct iovec parts[3] = { { (void *)word, 1 }, { (void *)text, strlen(text) }, { "", 1 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 3 };

	sendmsg(connection, &message, MSG_NOSIGNAL);
}

static bool say_who(int connection, int member)
{
	char text[16];

	if (member <= 0)
		return true;
	snprintf(text, sizeof(text), "P%d", member);
	return send(connection, text, strlen(text) + 1, MSG_NOSIGNAL) > 0;
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

enum heard { GONE, TOLD, RESTORED, ANOTHER };

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
	answer(connection, wrong ? "F" : "G", wrong ? wrong : "");
}

/* Does what the command says, until there is a word in the mailbox, or the command has gone; or in a copy. */
static enum heard obey(void *loop, int connection, int mailbox, const char *mark, const struct excluded *excluded)
{
	static char text[128 << 10];
	bool written = false;
	ssize_t got;

	while ((got = hear(connection, mailbox, text, sizeof(text))) > 0) {
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
		if (*text != 'W' || written)
			continue;
		switch (calls.dump(text + 1, mark, excluded)) {
		case DIRECT_RESTORED:
			return RESTORED;
		case DIRECT_WRITTEN:
			written = true;
			answer(connection, "D", "");
			break;
		case DIRECT_FAILED:
			answer(connection, "F", calls.problem());
			break;
		}
	}
	forget(written);
	return got < 0 ? GONE : TOLD;
}

static napi_value stand(napi_env env, int connection, int mailbox, const char *mark, const struct excluded *excluded)
{
	static const char gone[] = "Fthe command that was to make the image has gone; the program goes on";
	struct uv_loop_s *loop = NULL;
	char another[16];
	napi_value result;

	napi_get_uv_event_loop(env, &loop);
	switch (obey(loop, connection, mailbox, mark, excluded)) {
	case GONE:
		close(connection);
		return text_result(env, gone, sizeof(gone) - 1);
	case TOLD:
		close(connection);
		return whole_file(env, mailbox, false);
	case ANOTHER: /* whose end of the connection tells that it has come so far */
		return text_result(env, another, (size_t)snprintf(another, sizeof(another), "X%d", connection));
	default: /* there is no such connection */
		generation_becomes_own();
		result = whole_file(env, calls.payload(), true);
		close(calls.payload());
		return result;
	}
}

/* directStand(socket, mailbox, [fd, stream, …], member): stands still until told to go on; returns that word, as wait() does, or X and
 * the connection, to be closed when this process stands still as another engine wants it. `member` is the PID of a child of the program, else 0. */
napi_value direct_stand(napi_env env, napi_callback_info info)
{
	struct excluded excluded = { .count = 1 };
	napi_value values[4], result = NULL;
	char *path, *mark;

	if (!arguments(env, info, 4, values))
		return NULL;
	if (!find_calls() || !slots_of(env, values[2], &excluded)) {
		errno = calls.dump ? E2BIG : ENOSYS;
		return fail(env, "directStand");
	}
	path = text_of(env, values[0]);
	mark = realpath(generation_path(), NULL);
	excluded.fds[0] = mark ? reach(path) : -1;
	if (excluded.fds[0] < 0 || !say_who(excluded.fds[0], int_of(env, values[3])))
		fail(env, "connect");
	else
		result = stand(env, excluded.fds[0], int_of(env, values[1]), mark, &excluded);
	free(path);
	free(mark);
	return result;
}
