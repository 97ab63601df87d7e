#define _GNU_SOURCE
#include "crac.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

/* CRIU binds with SO_REUSEPORT, so a second copy on one port would silently take every connection of the first:
 * each port is tried before the restore, under a lock that two restores at once share. */

#define LOCKS_MAX 32
static int locks[LOCKS_MAX];
static int lock_count;

/* The port that `old` is moved to by --listen OLD=NEW, else `old`. */
static int moved(const struct list *moves, int old)
{
	for (size_t i = 0; i < moves->count; i++) {
		int from, to;

		if (sscanf(moves->items[i], "%d=%d", &from, &to) == 2 && from == old)
			return to;
	}
	return old;
}

static void lock_port(int port)
{
	char *runtime = runtime_directory(), *path = copyf("%s/port-%d.lock", runtime, port);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0 && lock_count < LOCKS_MAX) {
		flock(fd, LOCK_EX);
		locks[lock_count++] = fd;
	}
	free(runtime);
	free(path);
}

void ports_release(void)
{
	/* Unlocked, not only closed: init holds copies of these descriptors. */
	while (lock_count > 0) {
		flock(locks[--lock_count], LOCK_UN);
		close(locks[lock_count]);
	}
}

/* A conf line `port FAMILY ADDRESS PORT V6ONLY OFFSET` tells a listening TCP socket of the image;
 * OFFSET is where the port stands in files.img, as a varint padded to three bytes. */
static bool port_line(const char *value, int *family, char *address, int *port, int *only6, long *offset)
{
	return sscanf(value, "%d %63s %d %d %ld", family, address, port, only6, offset) == 5;
}

static void check_one(int family, const char *address, int port, int only6)
{
	struct sockaddr_storage where = { 0 };
	struct sockaddr_in *v4 = (struct sockaddr_in *)&where;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&where;
	int on = 1, fd = socket(family == 6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (family == 6) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		inet_pton(AF_INET6, address, &v6->sin6_addr);
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only6, sizeof(only6));
	} else {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		inet_pton(AF_INET, address, &v4->sin_addr);
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&where, family == 6 ? sizeof(*v6) : sizeof(*v4)) < 0 && errno == EADDRINUSE)
		die(CRAC_EXIT_PORT,
		    "port %d is taken (%s%s%s:%d is being listened on). Restore on another port with\n  --listen %d=%d\n"
		    "or end the program that holds it (ss -ltnp 'sport = :%d' names it)",
		    port, family == 6 ? "[" : "", address, family == 6 ? "]" : "", port, port, port + 1, port);
	close(fd);
}

/* In a private network there is no other address, and nobody else. */
static void check_address(const char *address, int port)
{
	if (strcmp(address, "0.0.0.0") == 0 || strncmp(address, "127.", 4) == 0 || strcmp(address, "::") == 0 ||
	    strcmp(address, "::1") == 0)
		return;
	die(CRAC_EXIT_PORT,
	    "the image listens on %s:%d, and a private network has only the loopback interface. Listen on 0.0.0.0 or 127.0.0.1\n"
	    "before the checkpoint, or restore without --network private", address, port);
}

void ports_check(const struct conf *conf, const struct list *moves, bool share, const char *network)
{
	for (size_t m = 0; m < moves->count; m++) {
		int from, to, port, family, only6, found = 0;
		char address[64], rest;
		long offset;

		if (sscanf(moves->items[m], "%d=%d%c", &from, &to, &rest) != 2 || to < 1 || to > 65535)
			die(CRAC_EXIT_USAGE, "--listen %s: expected OLD=NEW, two port numbers", moves->items[m]);
		for (size_t i = 0; i < conf->keys.count; i++)
			found |= strcmp(conf->keys.items[i], "port") == 0 &&
				 port_line(conf->values.items[i], &family, address, &port, &only6, &offset) && port == from;
		if (!found)
			die(CRAC_EXIT_USAGE, "--listen %s: the image listens on no port %d; `crac inspect` lists its ports", moves->items[m],
			    from);
	}
	for (size_t i = 0, index = 0; i < conf->keys.count && !share; i++) {
		int family, port, only6;
		char address[64];
		long offset;

		if (strcmp(conf->keys.items[i], "port") != 0 ||
		    !port_line(conf->values.items[i], &family, address, &port, &only6, &offset) || policies_close_port(index++))
			continue;
		if (network && strcmp(network, "private") == 0) {
			check_address(address, port);
		} else if (!network) {
			lock_port(moved(moves, port));
			check_one(family, address, moved(moves, port), only6);
		}
	}
}

/* A files.img in the record that has the new ports; init mounts it over the image's (init.c). */
void ports_move(const struct conf *conf, const struct list *moves, struct job *job, const char *image)
{
	char *source = copyf("%s/files.img", image);
	size_t length;
	char *content = read_file(source, &length);
	int fd;

	if (!content)
		die(CRAC_EXIT_IMAGE, "cannot read %s: %s", source, strerror(errno));
	for (size_t i = 0, index = 0; i < conf->keys.count; i++) {
		int family, port, only6, to;
		char address[64];
		long offset;

		if (strcmp(conf->keys.items[i], "port") != 0 ||
		    !port_line(conf->values.items[i], &family, address, &port, &only6, &offset))
			continue;
		/* One that the program is about to close listens on a port of the kernel's choice until then. */
		to = policies_close_port(index++) ? 0 : moved(moves, port);
		if (offset <= 0 || (size_t)offset + 3 > length)
			die(CRAC_EXIT_IMAGE, "this image cannot be moved to another port; make it anew");
		content[offset] = (to & 0x7f) | 0x80;
		content[offset + 1] = ((to >> 7) & 0x7f) | 0x80;
		content[offset + 2] = to >> 14;
	}
	job->files_image = source;
	job->moved_files = copyf("%s/files.img", job->record);
	fd = open(job->moved_files, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, content, length) != (ssize_t)length)
		die(CRAC_EXIT_ENGINE, "cannot write %s: %s", job->moved_files, strerror(errno));
	close(fd);
	free(content);
}
