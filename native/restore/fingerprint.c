#define _GNU_SOURCE
#include "restore/fingerprint.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* The bytes that a fingerprint covers; the same in src/command/image/file-facts.ts. */
#define WINDOW 4096

static unsigned hashed(unsigned hash, int fd, long long from, long long to)
{
	unsigned char bytes[WINDOW];
	ssize_t got = pread(fd, bytes, to - from, from);

	for (ssize_t i = 0; i < got; i++)
		hash = (hash ^ bytes[i]) * 0x01000193u;
	return hash;
}

/* Computes FNV-1a of a file's first bytes, and of those before the position: what the program may have read already.
 * `size` is the size it had. Empty where the file cannot be read. */
void fingerprint(const char *path, long long position, long long size, char text[12])
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	long long end = position < size ? position : size;
	unsigned hash;

	text[0] = '\0';
	if (fd < 0)
		return;
	hash = hashed(0x811c9dc5u, fd, 0, size < WINDOW ? size : WINDOW);
	hash = hashed(hash, fd, end > WINDOW ? end - WINDOW : 0, end);
	close(fd);
	snprintf(text, 12, "%08x", hash);
}
