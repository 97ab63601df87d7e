#define _GNU_SOURCE
#include "nameless.h"
#include "content.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define DELETED_MAX (100ull << 20) /* as with criu (GHOST_LIMIT) */
#define HUGE_PAGES 0x958458f6	   /* of statfs */

struct nameless nameless_files[NAMELESS_MAX];
int nameless_count;

char *nameless_link(long fd)
{
	static char path[64];

	text_put_number(text_put(path, "/proc/self/fd/"), (uint64_t)fd);
	return path;
}

void nameless_begin(void)
{
	nameless_count = 0;
}

struct nameless *nameless_find(uint64_t device, uint64_t inode)
{
	for (int i = 0; i < nameless_count; i++)
		if (nameless_files[i].device == device && nameless_files[i].inode == inode)
			return &nameless_files[i];
	return NULL;
}

static struct nameless *add(const struct nameless *given, const char *path)
{
	struct nameless *file = &nameless_files[nameless_count];

	if (nameless_count == NAMELESS_MAX) {
		refuse_number("the program has more files without a name than this engine notes (", NAMELESS_MAX, ")");
		return NULL;
	}
	*file = *given;
	file->path = descriptor_text(path);
	file->made = -1;
	if (!file->path) {
		refuse("the names of open files are too long together", NULL, 0);
		return NULL;
	}
	nameless_count++;
	return file;
}

/* Nobody knows how long it is: as far as it is mapped. */
struct nameless *nameless_add_mapped(const char *path, uint64_t device, uint64_t inode)
{
	const struct nameless given = { .device = device, .inode = inode, .mode = 0600, .is_memory = true, .seals = 0, .is_mapped_only = true };

	return add(&given, path);
}

bool nameless_keep(struct nameless *file, uint64_t offset, const void *from, uint64_t length)
{
	unsigned char *room;

	if (!file->is_mapped_only)
		return true;
	if (offset + length > file->size) {
		room = content_take(offset + length);
		if (!room)
			return false;
		bytes_copy(room, file->content, file->size);
		file->content = room;
		file->size = offset + length;
	}
	bytes_copy((unsigned char *)file->content + offset, from, length);
	return true;
}

/* What is data, as the file system knows it; the rest is zeros. Its position is nobody's. */
static bool read_content(long fd, unsigned char *to, uint64_t size)
{
	uint64_t at = 0;

	while (at < size) {
		long data = RAW(lseek, fd, at, SEEK_DATA), hole;

		if (data == -ENXIO)
			return true;
		hole = data < 0 ? (long)size : RAW(lseek, fd, data, SEEK_HOLE);
		for (at = data < 0 ? 0 : (uint64_t)data; at < (uint64_t)hole && at < size;) {
			long got = RAW(pread64, fd, to + at, ((uint64_t)hole < size ? (uint64_t)hole : size) - at, at);

			if (got <= 0)
				return refuse("cannot read a file without a name", NULL, got);
			at += (uint64_t)got;
		}
	}
	return true;
}

static bool note_content(struct nameless *file, int number)
{
	long fd = RAW(openat, AT_FDCWD, nameless_link(number), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	unsigned char *room;
	bool good;

	if (fd < 0)
		return refuse("cannot read a file without a name:", descriptors.text + file->path, fd);
	room = content_take(file->size);
	good = room && read_content(fd, room, file->size);
	file->content = room;
	RAW(close, fd);
	return good;
}

static bool is_possible(const struct stat *status, const char *path, bool is_memory, int number)
{
	uint64_t file_system[16] = { 0 };

	if (!S_ISREG(status->st_mode))
		return refuse("what has been deleted and is open still is no regular file:", path, 0);
	if (!is_memory && status->st_nlink > 0)
		return refuse("a file that is open was removed under this name and has another one:", path, 0);
	if (!is_memory && (uint64_t)status->st_size > DELETED_MAX)
		return refuse("a deleted file that is open has more than 100 MiB:", path, 0);
	if (RAW(fstatfs, number, file_system) >= 0 && file_system[0] == HUGE_PAGES)
		return refuse("a memory file has huge pages (hugetlbfs):", path, 0);
	return true;
}

bool nameless_note(struct descriptor *descriptor, const char *path, bool is_memory)
{
	struct nameless *file;
	struct stat status;
	long got = RAW(fstat, descriptor->number, &status);

	descriptor->kind = KIND_NAMELESS;
	if (got < 0)
		return refuse("cannot read a file without a name:", path, got);
	file = nameless_find(status.st_dev, status.st_ino);
	if (!file) {
		const struct nameless given = { .device = status.st_dev, .inode = status.st_ino, .size = (uint64_t)status.st_size,
						.mode = status.st_mode & 07777, .user = status.st_uid, .group = status.st_gid,
						.is_memory = is_memory,
						.seals = is_memory ? (int)RAW(fcntl, descriptor->number, F_GET_SEALS) : -1 };

		if (!is_possible(&status, path, is_memory, descriptor->number))
			return false;
		file = add(&given, path);
		if (!file || !note_content(file, descriptor->number))
			return false;
	}
	descriptor->nameless = file;
	descriptor->inode = file->inode;
	return true;
}
