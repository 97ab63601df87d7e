#define _GNU_SOURCE
#include "snapshot.h"
#include "fork-marks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#define UNSHARE 2 /* CLOSE_RANGE_UNSHARE */
#define NAME "crac-snapshot"
#define SUN_PATH 108
#define NICER 5

static long connection = -1, place = -1;
static bool is_child;

static _Noreturn void end(int code)
{
	for (;;)
		RAW(exit_group, code);
}

static bool close_one(int number, void *data)
{
	(void)data;
	RAW(close, number);
	return true;
}

/* Nothing of the program's stays open because of this process: neither a port, nor a pipe whose end somebody waits for. */
static void let_go_of_descriptors(void)
{
	if (RAW(close_range, 0, ~0u, UNSHARE) < 0)
		proc_each_number("/proc/self/fd", close_one, NULL);
}

/* The program must not be ended because the memory of two does not fit: where one must go, it is this one. */
static void go_first(void)
{
	long fd = RAW(openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	RAW(write, fd, "1000", 4);
	RAW(close, fd);
}

/* The program's requests come first, also where it has asked for the processor before all others. */
static void stand_back(void)
{
	const int none = 0;
	long nice = 20 - RAW(getpriority, PRIO_PROCESS, 0);

	RAW(sched_setscheduler, 0, SCHED_OTHER, &none);
	RAW(setpriority, PRIO_PROCESS, 0, nice + NICER < 19 ? nice + NICER : 19);
}

static void reach(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (text_length(path) >= SUN_PATH)
		end(1);
	bytes_copy(address.sun_path, path, text_length(path));
	connection = RAW(socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection < 0 || RAW(connect, connection, &address, sizeof(address)) < 0)
		end(1); /* the command has gone */
}

static void say(const char *word, const char *text)
{
	RAW(sendto, connection, word, 1, MSG_NOSIGNAL | MSG_MORE, 0, 0);
	RAW(sendto, connection, text, text_length(text) + 1, MSG_NOSIGNAL, 0, 0);
}

/* Returns the next message of the command; NULL where there is none. */
static char *hear(void)
{
	static char text[4200];
	size_t have = 0;

	while (have < sizeof(text)) {
		long got = RAW(recvfrom, connection, text + have, sizeof(text) - have, 0, 0, 0);

		if (got == -EINTR)
			continue;
		if (got <= 0)
			return NULL;
		have += (size_t)got;
		if (text[have - 1] == '\0')
			return text;
	}
	return NULL;
}

/* Takes away what would be of no use to anybody. */
static _Noreturn void give_up(void)
{
	if (place >= 0) {
		RAW(unlinkat, place, PAGE_FILE_NAME, 0);
		RAW(unlinkat, place, DIRECT_IMAGE, 0);
	}
	end(1);
}

void snapshot_look_round(void)
{
	struct pollfd polled = { .fd = (int)connection, .events = POLLRDHUP };
	long at_once[2] = { 0, 0 };

	if (is_child && RAW(ppoll, &polled, 1, at_once, 0, 0) > 0 && polled.revents & (POLLRDHUP | POLLHUP | POLLERR))
		give_up();
}

void snapshot_forget(void)
{
	is_child = false;
	connection = place = -1;
}

static bool write_all(const char *mark, const struct context *main, const char *text)
{
	static struct memory memory;

	if (!text) {
		fork_marks_put_back(); /* a copy has them again */
		text = memory_text();
	}
	return text && memory_note(&memory, mark, context_stack(main), text) && image_write(&memory, (int)place, main);
}

void snapshot_write(const char *socket, const char *mark, const struct context *main, const char *text)
{
	char *heard;

	is_child = true;
	let_go_of_descriptors();
	RAW(prctl, PR_SET_NAME, NAME);
	go_first();
	stand_back();
	reach(socket);
	heard = hear();
	if (!heard || *heard != 'W')
		end(1);
	place = RAW(openat, AT_FDCWD, heard + 1, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place < 0)
		refuse("cannot open", heard + 1, place);
	if (place < 0 || !write_all(mark, main, text)) {
		say("F", problem);
		end(1);
	}
	report_send(connection);
	say("D", "");
	if (!hear()) /* until the command has seen what this process is */
		give_up();
	end(0);
}
