#define _GNU_SOURCE
#include "descriptors.h"
#include "snapshot.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define REPORT_BYTES (8u << 20)
#define LINE_BYTES 4600 /* numbers and a path */

/* A message for each file and for each port, with a NUL behind it (src/command/engines/direct/reported.ts). */
static char *text;
static size_t length;

static char *put_field(char *to, uint64_t value)
{
	return text_put(text_put_number(to, value), " ");
}

static void note_file(char *to, const struct descriptor *descriptor)
{
	struct stat status;
	char *at = text_put(to, "f");

	if (RAW(fstat, descriptor->number, &status) < 0)
		return;
	at = put_field(at, (uint64_t)descriptor->number);
	at = put_field(at, (uint64_t)descriptor->flags);
	at = put_field(at, descriptor->position);
	at = put_field(at, (uint64_t)status.st_size);
	at = put_field(at, status.st_mode);
	at = put_field(at, (uint64_t)status.st_mtim.tv_sec * 1000000000u + (uint64_t)status.st_mtim.tv_nsec);
	at = text_put(at, descriptors.text + descriptor->path);
	length += (size_t)(at - to) + 1;
}

static void note_port(char *to, const struct socket *socket)
{
	bool is_6 = socket->domain == AF_INET6;
	const unsigned char *address = is_6 ? ((const struct sockaddr_in6 *)socket->address)->sin6_addr.s6_addr :
					      (const unsigned char *)&((const struct sockaddr_in *)socket->address)->sin_addr;
	char *at = text_put(to, "p");

	at = put_field(at, __builtin_bswap16(((const struct sockaddr_in *)socket->address)->sin_port));
	for (int i = 0; i < (is_6 ? 16 : 4); i++)
		at = put_field(at, address[i]);
	length += (size_t)(at - to) + 1;
}

bool report_note(void)
{
	text = scratch_take(REPORT_BYTES);
	length = 0;
	if (!text)
		return false;
	for (int i = 0; i < descriptors.count; i++) {
		const struct descriptor *descriptor = &descriptors.all[i];
		const struct socket *socket = descriptor->kind == KIND_SOCKET ? descriptor->socket : NULL;

		if (length + LINE_BYTES > REPORT_BYTES)
			return refuse("the names of open files are too long together", NULL, 0);
		if (descriptor->kind == KIND_FILE)
			note_file(text + length, descriptor);
		else if (socket && socket->listens && socket->type == SOCK_STREAM && (socket->domain == AF_INET || socket->domain == AF_INET6))
			note_port(text + length, socket);
	}
	return true;
}

void report_send(long connection)
{
	for (size_t sent = 0; sent < length;) {
		long got = RAW(sendto, connection, text + sent, length - sent, MSG_NOSIGNAL, 0, 0);

		if (got <= 0 && got != -EINTR)
			return;
		sent += got > 0 ? (size_t)got : 0;
	}
}
