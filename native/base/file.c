#include "base/file.h"
#include "base/deadline.h"
#include "base/list.h"
#include "base/say.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The most that is read into memory: an endless file is refused, not read until memory is gone. */
#define LARGEST (1LL << 30)

/* `expected`: what the kernel says of its size, which may be nothing. */
static char *read_all(int fd, off_t expected, size_t *length)
{
	size_t size = 0, room = expected > 0 && expected < LARGEST ? (size_t)expected + 1 : 8192;
	char *text = malloc(room + 1);
	ssize_t got;

	if (!text)
		die(CRAC_EXIT_ENGINE, "out of memory: %s", strerror(errno));
	while ((got = read(fd, text + size, room - size)) > 0) {
		size += got;
		if (size >= LARGEST) {
			errno = EFBIG;
			got = -1;
			break;
		}
		if (size == room && !(text = realloc(text, (room *= 2) + 1)))
			die(CRAC_EXIT_ENGINE, "out of memory: %s", strerror(errno));
	}
	if (got < 0) {
		int saved = errno;

		free(text);
		errno = saved;
		return NULL;
	}
	text[size] = '\0';
	if (length)
		*length = size;
	return text;
}

/* Reads the whole of a regular file, named from a directory, with a NUL behind it; NULL with errno set. Anything else
 * may keep its reader waiting, and is EINVAL: O_NONBLOCK opens it without waiting for a writer. */
char *read_file_at(int directory, const char *path, size_t *length)
{
	int fd = openat(directory, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), saved = EINVAL;
	struct stat status;
	char *text = NULL;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) < 0)
		saved = errno;
	else if (S_ISDIR(status.st_mode))
		saved = EISDIR;
	else if (S_ISREG(status.st_mode) && !(text = read_all(fd, status.st_size, length)))
		saved = errno;
	close(fd);
	errno = saved;
	return text;
}

char *read_file(const char *path, size_t *length)
{
	return read_file_at(AT_FDCWD, path, length);
}

/* Reads what the caller names, which may also be a pipe, as <(command) is one in a shell: it is waited for until the
 * deadline. NULL with errno set: ETIMEDOUT, or EFBIG for what has no end. */
char *read_stream(const char *path, size_t *length)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	size_t size = 0, room = STREAM_MAX + 1;
	char *text = malloc(room + 1);

	if (fd < 0 || !text) {
		free(text);
		return NULL;
	}
	for (;;) {
		struct pollfd polled = { fd, POLLIN, 0 };
		int ready = poll(&polled, 1, deadline_left());
		ssize_t got;

		if (ready < 0 && errno == EINTR)
			continue;
		got = ready <= 0 ? -1 : read(fd, text + size, room - size);
		if (ready == 0)
			errno = ETIMEDOUT;
		if (got < 0 && errno == EAGAIN)
			continue;
		if (got > 0 && (size += got) == room) {
			errno = EFBIG;
			got = -1;
		}
		if (got < 0) {
			int saved = errno;

			free(text);
			close(fd);
			errno = saved;
			return NULL;
		}
		if (got == 0)
			break;
	}
	close(fd);
	text[size] = '\0';
	*length = size;
	return text;
}

/* Writes a file aside and renames it: a reader sees the whole value or none. */
void write_file(const char *directory, const char *name, const char *content)
{
	char *path = copyf("%s/%s", directory, name), *aside = copyf("%s.new", path);
	int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t length = strlen(content);

	if (fd < 0 || write(fd, content, length) != (ssize_t)length || rename(aside, path) < 0)
		say("cannot write %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(path);
	free(aside);
}

/* Writes to a file of the kernel, in one write. */
int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), saved;
	ssize_t wrote;

	if (fd < 0)
		return -1;
	wrote = write(fd, text, strlen(text));
	saved = errno;
	close(fd);
	errno = saved;
	return wrote < 0 ? -1 : 0;
}

/* Removes a directory with files only, as a record is. */
void remove_directory(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory)))
		unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	rmdir(path);
}
