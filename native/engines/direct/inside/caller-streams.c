/*
 * The standard streams are the caller's: where they are pipes or sockets it has the same descriptions, and whether these
 * wait is one flag for both. The program's end puts it back, as Node does for a program that was started: its caller, or
 * the next command in a script, would be told EAGAIN otherwise. Node compares with what it has noted at its start, and
 * finds other files in a copy.
 */
#define _GNU_SOURCE
#include "caller-streams.h"
#include "inside.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#define EXPORT __attribute__((visibility("default")))

static struct {
	bool is_there;
	struct stat status;
	long flags;
} streams[3];
static long owner; /* the process that has noted them; a child that was forked ends before it */

void caller_streams_note(void)
{
	owner = RAW(getpid);
	for (int number = 0; number < 3; number++) {
		streams[number].flags = RAW(fcntl, number, F_GETFL);
		streams[number].is_there = streams[number].flags >= 0 && RAW(fstat, number, &streams[number].status) == 0;
	}
}

void caller_streams_give_back(void)
{
	if (owner != RAW(getpid))
		return;
	for (int number = 0; number < 3; number++) {
		long flags = RAW(fcntl, number, F_GETFL), was = streams[number].flags;
		struct stat now;

		if (!streams[number].is_there || flags < 0 || RAW(fstat, number, &now) < 0 ||
		    now.st_dev != streams[number].status.st_dev || now.st_ino != streams[number].status.st_ino)
			continue; /* the program has opened another file under this number */
		if ((flags ^ was) & O_NONBLOCK)
			RAW(fcntl, number, F_SETFL, (flags & ~O_NONBLOCK) | (was & O_NONBLOCK));
	}
}

/* What else the program starts, a shell or cat, has this library too, and leaves the flags alone as it always does. */
__attribute__((constructor)) static void begin(void)
{
	if (dlsym(RTLD_DEFAULT, "_ZN4node5StartEiPPc"))
		caller_streams_note();
}

__attribute__((destructor)) static void end(void)
{
	caller_streams_give_back();
}

/* Node ends by this where SIGINT or SIGTERM comes and the program does not handle it. */
EXPORT int raise(int number)
{
	static int (*next)(int);
	struct sigaction action;

	if ((number == SIGINT || number == SIGTERM) && sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_DFL)
		caller_streams_give_back();
	if (!next)
		next = (int (*)(int))dlsym(RTLD_NEXT, "raise");
	return next(number);
}
