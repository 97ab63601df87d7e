/* Preloaded into the program: where a program is that is named without a path. */
#define _GNU_SOURCE
#include "preload/exec.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *find_in_path(const char *file, char *found)
{
	const char *path = getenv("PATH"), *end;

	if (strchr(file, '/') || strlen(file) > NAME_MAX)
		return file;
	for (path = path ? path : "/bin:/usr/bin"; *path; path = *end ? end + 1 : end) {
		size_t length;

		end = strchrnul(path, ':');
		length = end - path;
		if (length + strlen(file) + 2 > PATH_MAX)
			continue;
		memcpy(found, path, length);
		if (length)
			found[length++] = '/';
		strcpy(found + length, file);
		if (access(found, X_OK) == 0)
			return found;
	}
	return file;
}
