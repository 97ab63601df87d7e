#include "crac.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The whole file with a NUL behind it, or NULL with errno set. */
char *read_file(const char *path, size_t *length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size = 0, room = 8192;
	char *text = malloc(room + 1);
	ssize_t got;

	if (fd < 0 || !text) {
		free(text);
		return NULL;
	}
	while ((got = read(fd, text + size, room - size)) > 0) {
		size += got;
		if (size == room && !(text = realloc(text, (room *= 2) + 1)))
			die(CRAC_EXIT_ENGINE, "out of memory");
	}
	close(fd);
	if (got < 0) {
		free(text);
		return NULL;
	}
	text[size] = '\0';
	if (length)
		*length = size;
	return text;
}

/* Written aside and renamed: a reader sees the whole value or none. */
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

/* A directory with files only, as a record is. */
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
