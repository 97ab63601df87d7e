#define _GNU_SOURCE
#include "addon/direct-words.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define STEP 2 /* milliseconds after which the mailbox is looked at */

int words_reach(const char *path)
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

ssize_t words_hear(int connection, int mailbox, char *text, size_t room)
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

void words_answer(int connection, const char *word, const char *text)
{
	struct iovec parts[3] = { { (void *)word, 1 }, { (void *)text, strlen(text) }, { "", 1 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 3 };

	sendmsg(connection, &message, MSG_NOSIGNAL);
}

bool words_say_who(int connection, int member)
{
	char text[16];

	if (member <= 0)
		return true;
	snprintf(text, sizeof(text), "P%d", member);
	return send(connection, text, strlen(text) + 1, MSG_NOSIGNAL) > 0;
}
