/* Every call that gives a process a descriptor, and close. */
#define _GNU_SOURCE
#include "trace/trace.h"

#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>

#define NOTE note
#define NOTE_ACCEPTED note_accepted
#include "preload/openers.h"

RETURNS_FD(dup2, (int from, int to), (from, to))
RETURNS_FD(dup3, (int from, int to, int flags), (from, to, flags))

EXPORT int listen(int fd, int backlog)
{
	NEXT(listen);
	int result = real(fd, backlog);

	if (result == 0)
		note_listening(fd);
	return result;
}

EXPORT int close(int fd)
{
	NEXT(close);
	note_close(fd);
	return real(fd);
}

EXPORT ssize_t recvmsg(int socket, struct msghdr *message, int flags)
{
	NEXT(recvmsg);
	ssize_t received = real(socket, message, flags);

	if (received < 0)
		return received;
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = 0; at + sizeof(int) <= part->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
			int fd;

			memcpy(&fd, CMSG_DATA(part) + at, sizeof(fd));
			note(fd, -1);
		}
	}
	return received;
}

#define FCNTL(name)                                                                                                    \
	EXPORT int name(int fd, int command, ...)                                                                      \
	{                                                                                                              \
		NEXT(name);                                                                                            \
		va_list arguments;                                                                                     \
		va_start(arguments, command);                                                                          \
		void *argument = va_arg(arguments, void *);                                                            \
		va_end(arguments);                                                                                     \
		int result = real(fd, command, argument);                                                              \
		if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)                                                  \
			note(result, -1);                                                                              \
		return result;                                                                                         \
	}

FCNTL(fcntl)
FCNTL(fcntl64)

static bool makes_descriptor(long number)
{
	switch (number) {
	case SYS_openat:
	case SYS_socket:
	case SYS_dup:
	case SYS_dup3:
	case SYS_accept4:
	case SYS_eventfd2:
	case SYS_epoll_create1:
	case SYS_timerfd_create:
	case SYS_signalfd4:
	case SYS_inotify_init1:
	case SYS_perf_event_open:
	case SYS_memfd_create:
	case SYS_userfaultfd:
#ifdef SYS_open
	case SYS_open:
#endif
#ifdef SYS_dup2
	case SYS_dup2:
#endif
#ifdef SYS_openat2
	case SYS_openat2:
#endif
#ifdef SYS_pidfd_open
	case SYS_pidfd_open:
#endif
#ifdef SYS_pidfd_getfd
	case SYS_pidfd_getfd:
#endif
#ifdef SYS_io_uring_setup
	case SYS_io_uring_setup:
#endif
#ifdef SYS_memfd_secret
	case SYS_memfd_secret:
#endif
		return true;
	default:
		return false;
	}
}

EXPORT long syscall(long number, ...)
{
	NEXT(syscall);
	va_list arguments;
	long a[6], result;

	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_close)
		note_close((int)a[0]);
	result = real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (result >= 0 && (number == SYS_pipe2
#ifdef SYS_pipe
			    || number == SYS_pipe
#endif
			    ))
		note(((int *)a[0])[0], ((int *)a[0])[1]);
	else if (result >= 0 && makes_descriptor(number))
		note((int)result, -1);
	return result;
}
