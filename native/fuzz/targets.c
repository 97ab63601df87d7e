#define _GNU_SOURCE
#include "fuzz/fuzz.h"
#include "base/printable.h"
#include "engines/criu/moved-files.h"
#include "engines/criu/protection-keys.h"
#include "engines/direct/members.h"
#include "engines/direct/tables.h"
#include "engines/direct/vdso-bridge.h"
#include "restore/build-id.h"
#include "restore/conf.h"
#include "restore/mapped-files.h"
#include "restore/open-files.h"
#include "restore/package-files.h"
#include "restore/payload.h"
#include "restore/port.h"
#include "restore/image-check.h"
#include "supervisor/parent-socket.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

char *exact(const char *data, size_t size)
{
	char *copy = malloc(size + 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	copy[size] = '\0';
	return copy;
}

static void forget(struct list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct list){ 0 };
}

/* Reads restore.conf, and each of its lines as the code that needs it does. */
static void conf(const char *data, size_t size)
{
	static struct conf read;
	static char *text;
	size_t number;

	forget(&read.keys);
	forget(&read.values);
	free(text);
	text = exact(data, size);
	conf_parse(&read, text, size, &number);
	for (size_t i = 0; i < read.values.count; i++) {
		const char *value = read.values.items[i], *name;
		struct mapped_file mapped;
		struct open_file open;
		struct package_file own;
		struct port port;
		struct member member;
		long long length;

		if (port_parse(value, &port) && (port.number < 0 || port.number > 65535 || strlen(port.address) >= sizeof(port.address)))
			abort();
		if (package_file_parse(value, &own) && (strchr(own.name, '/') || strcmp(own.name, "..") == 0))
			abort();
		if (file_line(value, &length, &name) && (length < 0 || strchr(name, '/')))
			abort();
		if (open_file_parse(value, &open) && *open.path != '/')
			abort();
		if (member_parse(value, (int)(i % MEMBERS_MAX) + 1, &member) && (member.parent < 0 || member.parent > (int)(i % MEMBERS_MAX)))
			abort();
		mapped_file_parse(value, &mapped);
	}
}

static void environment(const char *data, size_t size)
{
	static FILE *nowhere;
	char *text = exact(data, size);
	const char *where;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	payload_environment(nowhere, text, size, &where);
	if (strlen(where) > size)
		abort();
	free(text);
}

/* Reads `OLD=NEW`, or an offset, and a files.img in which a port is moved. */
static void ports(const char *data, size_t size)
{
	struct port port = { 0 };
	size_t skip = sizeof(port.offset) + sizeof(port.number);
	char *text = exact(data, size);
	int from, to;

	if (port_move(text, &from, &to) && (from < 1 || from > 65535 || to < 1 || to > 65535))
		abort();
	free(text);
	if (size < skip)
		return;
	memcpy(&port.offset, data, sizeof(port.offset));
	memcpy(&port.number, data + sizeof(port.offset), sizeof(port.number));
	text = malloc(size - skip + !(size - skip));
	memcpy(text, data + skip, size - skip);
	port_rewrite(text, size - skip, &port, 65535);
	free(text);
}

/* Reads what any process of the program may send to its parent's socket. */
static void parent_socket(const char *data, size_t size)
{
	static struct sockaddr_un address = { .sun_family = AF_UNIX };
	static socklen_t length;
	static int listener = -1;
	static const struct list agent;
	bool checkpointed = false;
	int client;

	if (listener < 0) {
		listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		length = sizeof(sa_family_t) + 1 + sprintf(address.sun_path + 1, "crac-fuzz-%d", (int)getpid());
		if (bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 8) < 0)
			abort();
	}
	client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(client, (struct sockaddr *)&address, length) < 0)
		abort();
	if (size > 0) {
		char control[CMSG_SPACE(80 * sizeof(int))] = { 0 };
		struct iovec part = { (char *)data, size < 16000 ? size : 16000 };
		struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control };
		struct cmsghdr *c = (struct cmsghdr *)control;
		int count = (unsigned char)data[size - 1] % 80;

		message.msg_controllen = count ? CMSG_SPACE(count * sizeof(int)) : 0;
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(count * sizeof(int));
		for (int i = 0; i < count; i++)
			((int *)CMSG_DATA(c))[i] = client;
		sendmsg(client, &message, MSG_NOSIGNAL);
	}
	shutdown(client, SHUT_WR);
	parent_socket_serve(listener, &agent, "/nonexistent", &checkpointed);
	close(client);
}

static void core(const char *data, size_t size)
{
	char *text = exact(data, size);

	protection_key_in(text, size);
	free(text);
}

static void notes(const char *data, size_t size)
{
	unsigned char *copy = malloc(size + !size);

	memcpy(copy, data, size);
	free(build_id_in_notes(copy, size));
	free(copy);
}

/* Makes a text printable: a terminal takes what it lets through as text. */
static void printables(const char *data, size_t size)
{
	char *text = exact(data, size), *shown = printable(text, false);

	for (const unsigned char *at = (const unsigned char *)shown; *at; at++)
		if (*at < 0x20 || *at == 0x7f || (at[0] == 0xc2 && at[1] < 0xa0))
			abort();
	free(shown);
	free(text);
}

/* Leads a vDSO to itself: both come from elsewhere. */
static void bridge(const unsigned char *content, uint64_t length)
{
	unsigned char *exactly = malloc(length), *to = malloc(length);
	const struct vdso_image vdso = { exactly, length };

	memcpy(exactly, content, length);
	memcpy(to, content, length);
	vdso_bridge(&vdso, to, &vdso, PAGE);
	free(exactly);
	free(to);
}

static void vdso(const char *data, size_t size)
{
	bridge((const unsigned char *)data, size);
}

/* Checks the tables of direct.img: the restorer believes what is let through, so the ends of all tables are touched. */
static void direct_tables(const char *data, size_t size)
{
	uint64_t *copy = malloc(size + 8);
	struct tables tables;

	memcpy(copy, data, size);
	if (!tables_read(&tables, copy, size)) {
		const struct header *header = tables.header;

		for (uint32_t i = 0; i < header->files.count; i++)
			if (strlen(tables.strings + tables.files[i].path) == 0)
				abort();
		for (uint32_t i = 0; i < header->regions.count; i++)
			if (tables.regions[i].end <= tables.regions[i].start || (i && tables.regions[i].start < tables.regions[i - 1].end))
				abort();
		bridge(tables.vdso, header->vdso.count);
	}
	free(copy);
}

const struct target targets[] = {
	{ "core", core }, { "conf", conf }, { "environment", environment }, { "ports", ports },   { "parent-socket", parent_socket },
	{ "notes", notes }, { "printable", printables }, { "direct", direct_tables },  { "vdso", vdso },
	{ NULL, NULL },
};
