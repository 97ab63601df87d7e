#define _GNU_SOURCE
#include "engines/criu/protection-keys.h"
#include "base/file.h"
#include "base/say.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Images say whether the CPU that they were made on has memory protection keys, and that the program got none
 * (src/command/engines/criu/image/protection-keys.ts). Those of versions before did not ask, and the engine carries no keys: on such a CPU
 * V8 of Node 20 has one, and would end the copy at its first WebAssembly, which `fetch` is. Each thread's register,
 * which the engine does carry, tells whether somebody has a key. */

/* The register's value without a key; the same as in src/command/engines/criu/image/protection-keys.ts. */
#define NO_KEY 0x55555554u
#define PKRU_SAVED (1u << 9)

struct span {
	const unsigned char *at, *end;
};

static bool varint(struct span *span, uint64_t *value)
{
	*value = 0;
	for (int shift = 0; span->at < span->end && shift < 64; shift += 7) {
		unsigned char byte = *span->at++;

		*value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return true;
	}
	return false;
}

/* Finds the first field of this number in a message of protobuf's wire format: bytes into *inner, or a number into
 * *value. */
static bool field(struct span message, unsigned number, struct span *inner, uint64_t *value)
{
	uint64_t key, length;

	while (varint(&message, &key)) {
		unsigned kind = key & 7;

		if (kind == 0) {
			if (!varint(&message, &length))
				return false;
			if (key >> 3 == number && value) {
				*value = length;
				return true;
			}
			continue;
		}
		if (kind == 1 || kind == 5)
			length = kind == 1 ? 8 : 4;
		else if (kind != 2 || !varint(&message, &length))
			return false;
		if (length > (uint64_t)(message.end - message.at))
			return false;
		if (kind == 2 && key >> 3 == number && inner) {
			*inner = (struct span){ message.at, message.at + length };
			return true;
		}
		message.at += length;
	}
	return false;
}

/* Looks at core_entry.thread_info.fpregs.xsave of images/core.proto and images/core-x86.proto. */
bool protection_key_in(const char *text, size_t length)
{
	struct span core, info, registers, xsave;
	uint64_t saved = 0, pkru;

	if (length <= 12)
		return false;
	core = (struct span){ (const unsigned char *)text + 12, (const unsigned char *)text + length };
	return field(core, 2, &info, NULL) && field(info, 3, &registers, NULL) && field(registers, 13, &xsave, NULL) &&
	       field(xsave, 1, NULL, &saved) && (saved & PKRU_SAVED) && field(xsave, 8, NULL, &pkru) && pkru != NO_KEY;
}

static bool has_key(int image, const char *name)
{
	size_t length = 0;
	char *text = read_file_at(image, name, &length);
	bool found = text && protection_key_in(text, length);

	free(text);
	return found;
}

void protection_keys_check(const struct conf *conf)
{
	const char *image = conf->image->path;
	struct dirent *entry;
	DIR *directory;
	int fd;

	if (conf_get(conf, "protection-keys"))
		return;
	fd = openat(conf->image->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	directory = fd < 0 ? NULL : fdopendir(fd);
	while (directory && (entry = readdir(directory)))
		if (strncmp(entry->d_name, "core-", 5) == 0 && has_key(conf->image->fd, entry->d_name))
			die(CRAC_EXIT_IMAGE,
			    "%s was made by an older node-crac on a CPU with memory protection keys, and its program has one\n"
			    "(%s): the engine does not carry it, and the copy would end at its first WebAssembly or fetch().\n"
			    "Make the image anew with this version:\n  crac run --image %s app.js\n  crac checkpoint %s",
			    image, entry->d_name, image, image);
	if (directory)
		closedir(directory);
}
