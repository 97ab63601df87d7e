#define _GNU_SOURCE
#include "restore/restore.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* CRIU binds with SO_REUSEPORT, so a second copy on one port would silently take every connection of the first:
 * each port is tried before the restore, under a lock that two restores at once share (port-locks.c). */

/* A conf line `port FAMILY ADDRESS PORT V6ONLY OFFSET` tells a listening TCP socket of the image;
 * OFFSET is where the port stands in files.img, as a varint padded to three bytes. */
bool port_parse(const char *value, struct port *port)
{
	long long family, number, only6, offset;
	unsigned char address[16];

	if (!scan_number(&value, 4, 6, &family) || family == 5 || !scan_word(&value, port->address, sizeof(port->address)) ||
	    inet_pton(family == 6 ? AF_INET6 : AF_INET, port->address, address) != 1 ||
	    !inet_ntop(family == 6 ? AF_INET6 : AF_INET, address, port->address, sizeof(port->address)) || !scan_number(&value, 0, 65535, &number) ||
	    !scan_number(&value, 0, 1, &only6) || !scan_number(&value, 0, LONG_MAX, &offset) || *value)
		return false;
	port->family = family;
	port->number = number;
	port->only6 = only6;
	port->offset = offset;
	return true;
}

/* The image's next `port` line, as conf_each() has it. */
static bool port_each(const struct conf *conf, size_t *at, struct port *port)
{
	const char *value = conf_each(conf, "port", at);

	if (value && !port_parse(value, port))
		conf_bad_value(conf, "port", value);
	return value;
}

bool port_move(const char *text, int *from, int *to)
{
	char old[8];
	size_t length = strcspn(text, "=");
	const char *new = text + length + 1, *at = old;
	long long a, b;

	if (!text[length] || length >= sizeof(old))
		return false;
	memcpy(old, text, length);
	old[length] = '\0';
	if (!scan_number(&at, 1, 65535, &a) || *at || !scan_number(&new, 1, 65535, &b) || *new)
		return false;
	*from = a;
	*to = b;
	return true;
}

/* The port that `old` is moved to by --listen OLD=NEW, else `old`. */
static int moved(const struct list *moves, int old)
{
	for (size_t i = 0; i < moves->count; i++) {
		int from, to;

		if (port_move(moves->items[i], &from, &to) && from == old)
			return to;
	}
	return old;
}

/* One who has just been killed still has the port: his sockets are closed a moment after he is gone. */
#define FREED_WITHIN 1000

bool bind_soon(int fd, const struct sockaddr *where, socklen_t length)
{
	struct timespec step = { .tv_nsec = 10000000 };
	long long until = 0;

	while (bind(fd, where, length) < 0) {
		if (errno != EADDRINUSE)
			return false;
		if (until == 0)
			until = milliseconds() + FREED_WITHIN;
		if (milliseconds() >= until || deadline_over()) {
			errno = EADDRINUSE;
			return false;
		}
		nanosleep(&step, NULL);
	}
	return true;
}

static void check_one(const struct port *port, int number)
{
	struct sockaddr_storage where = { 0 };
	struct sockaddr_in *v4 = (struct sockaddr_in *)&where;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&where;
	bool is_v6 = port->family == 6;
	int on = 1, fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (is_v6) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(number);
		inet_pton(AF_INET6, port->address, &v6->sin6_addr);
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &port->only6, sizeof(port->only6));
	} else {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(number);
		inet_pton(AF_INET, port->address, &v4->sin_addr);
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (!bind_soon(fd, (struct sockaddr *)&where, is_v6 ? sizeof(*v6) : sizeof(*v4)) && errno == EADDRINUSE)
		die(CRAC_EXIT_PORT,
		    "port %d is taken (%s%s%s:%d is being listened on). Restore on another port with\n  --listen %d=%d\n"
		    "or end the program that holds it (ss -ltnp 'sport = :%d' names it)",
		    number, is_v6 ? "[" : "", port->address, is_v6 ? "]" : "", number, port->number,
		    number == 65535 ? number - 1 : number + 1, number);
	close(fd);
}

/* In a private network there is no other address, and nobody else. */
static void check_address(const char *address, int port)
{
	if (strcmp(address, "0.0.0.0") == 0 || strncmp(address, "127.", 4) == 0 || strcmp(address, "::") == 0 ||
	    strcmp(address, "::1") == 0)
		return;
	die(CRAC_EXIT_PORT,
	    "the image listens on %s%s%s:%d, and a private network has only the loopback interface. Listen on 0.0.0.0 or 127.0.0.1\n"
	    "before the checkpoint, or restore without --network private", strchr(address, ':') ? "[" : "", address,
	    strchr(address, ':') ? "]" : "", port);
}

static bool is_any(const struct port *port)
{
	return strcmp(port->address, "0.0.0.0") == 0 || strcmp(port->address, "::") == 0;
}

/* Do both take what connects to one of them? `::` takes IPv4 too unless it is for IPv6 only. */
static bool overlap(const struct port *a, const struct port *b)
{
	if (a->family == b->family)
		return is_any(a) || is_any(b) || strcmp(a->address, b->address) == 0;
	return a->family == 6 ? is_any(a) && !a->only6 : is_any(b) && !b->only6;
}

static void check_moves(const struct conf *conf, const struct list *moves)
{
	for (size_t m = 0; m < moves->count; m++) {
		int from, to, other_from, other_to;
		bool found = false;
		struct port port;

		if (!port_move(moves->items[m], &from, &to))
			die(CRAC_EXIT_USAGE, "--listen %s: expected OLD=NEW, two port numbers", moves->items[m]);
		for (size_t at = 0; port_each(conf, &at, &port);)
			found |= port.number == from;
		if (!found)
			die(CRAC_EXIT_USAGE, "--listen %s: the image listens on no port %d; `crac inspect` lists its ports", moves->items[m],
			    from);
		for (size_t i = 0; i < m; i++)
			if (port_move(moves->items[i], &other_from, &other_to) && other_from == from && other_to != to)
				die(CRAC_EXIT_USAGE, "--listen %s and --listen %s: one port cannot be moved to two", moves->items[i],
				    moves->items[m]);
	}
}

/* Two sockets of the image with ports of their own must not meet at one. */
static void check_meetings(const struct conf *conf, const struct list *moves)
{
	struct port a, b;
	size_t index = 0;

	for (size_t at = 0; moves->count > 0 && port_each(conf, &at, &a); index++) {
		size_t other = index + 1;

		for (size_t next = at; port_each(conf, &next, &b); other++)
			if (a.number != b.number && moved(moves, a.number) == moved(moves, b.number) && overlap(&a, &b) &&
			    !policies_close_port(index) && !policies_close_port(other))
				die(CRAC_EXIT_USAGE, "--listen: the image listens on the ports %d and %d of %s, and both cannot become %d; move them\n"
				    "to different ports", a.number, b.number, a.address, moved(moves, a.number));
	}
}

void ports_check(const struct conf *conf, const struct list *moves, bool share, const char *network)
{
	bool private = network && strcmp(network, "private") == 0;
	struct port port;
	size_t index = 0;

	check_moves(conf, moves);
	check_meetings(conf, moves);
	for (size_t at = 0; port_each(conf, &at, &port);) {
		if (policies_close_port(index++))
			continue;
		if (private)
			check_address(port.address, port.number);
		else if (!network)
			port_lock_add(moved(moves, port.number));
	}
	/* Also of a port that is to be shared: while the engine of one copy binds it, that of another cannot. */
	port_locks_take();
	index = 0;
	for (size_t at = 0; !share && !network && port_each(conf, &at, &port);)
		if (!policies_close_port(index++))
			check_one(&port, moved(moves, port.number));
}

/* Puts another port at its place in files.img. False where the old one does not stand there. */
bool port_rewrite(char *content, size_t length, const struct port *port, int to)
{
	unsigned char *at;

	if (port->offset <= 0 || length < 3 || (size_t)port->offset > length - 3)
		return false;
	at = (unsigned char *)content + port->offset;
	if (!(at[0] & 0x80) || !(at[1] & 0x80) || ((at[0] & 0x7f) | (at[1] & 0x7f) << 7 | at[2] << 14) != port->number)
		return false;
	at[0] = (to & 0x7f) | 0x80;
	at[1] = ((to >> 7) & 0x7f) | 0x80;
	at[2] = to >> 14;
	return true;
}

/* A files.img in the record that has the new ports; init mounts it over the image's (init.c). */
void ports_move(const struct conf *conf, const struct list *moves, struct job *job)
{
	size_t length, index = 0;
	char *content = read_file_at(conf->image->fd, "files.img", &length);
	struct port port;
	int fd;

	if (!content)
		die(CRAC_EXIT_IMAGE, "cannot read %s/files.img: %s", conf->image->path, strerror(errno));
	for (size_t at = 0; port_each(conf, &at, &port);)
		/* One that the program is about to close listens on a port of the kernel's choice until then. */
		if (!port_rewrite(content, length, &port, policies_close_port(index++) ? 0 : moved(moves, port.number)))
			die(CRAC_EXIT_IMAGE, "this image cannot be moved to another port; make it anew");
	job->moved_files = copyf("%s/files.img", job->record);
	fd = open(job->moved_files, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, content, length) != (ssize_t)length)
		die(CRAC_EXIT_ENGINE, "cannot write %s: %s", job->moved_files, strerror(errno));
	close(fd);
	free(content);
}
