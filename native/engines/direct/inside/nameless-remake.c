#define _GNU_SOURCE
#include "nameless.h"
#include "content.h"

#include <fcntl.h>
#include <sys/mman.h>

/* In its directory, where files without a name can be; else in memory. */
static long make_file(const struct nameless *file)
{
	static char directory[4096];
	const char *path = descriptors.text + file->path;
	char *end = text_put(directory, path);
	long made;

	if (file->is_memory)
		return RAW(memfd_create, path + text_length("/memfd:"), MFD_CLOEXEC | MFD_ALLOW_SEALING);
	while (end > directory + 1 && *--end != '/')
		;
	*end = '\0';
	made = RAW(openat, AT_FDCWD, directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return made >= 0 ? made : RAW(memfd_create, "deleted", MFD_CLOEXEC);
}

static bool is_zero(const unsigned char *bytes, uint64_t length)
{
	for (uint64_t i = 0; i < length; i++)
		if (bytes[i])
			return false;
	return true;
}

/* Where there is nothing but zeros it stays a hole. */
static void write_content(long fd, const struct nameless *file)
{
	need(RAW(ftruncate, fd, file->size), "cannot make a file without a name anew");
	for (uint64_t at = 0; at < file->size;) {
		uint64_t end = at;
		long wrote;

		while (end < file->size && end - at < 1 << 20) {
			uint64_t length = file->size - end < PAGE ? file->size - end : PAGE;

			if (is_zero(file->content + end, length))
				break;
			end += length;
		}
		if (end == at) {
			at += PAGE;
			continue;
		}
		wrote = need(RAW(pwrite64, fd, file->content + at, end - at, at), "cannot put back what a file without a name held");
		at += (uint64_t)wrote;
	}
}

long nameless_make(struct nameless *file)
{
	if (file->made >= 0)
		return file->made;
	file->made = lift(need(make_file(file), "cannot make a file without a name anew"));
	write_content(file->made, file);
	return file->made;
}

void nameless_remake(const struct descriptor *descriptor)
{
	long made = nameless_make(descriptor->nameless), opened;

	opened = need(RAW(openat, AT_FDCWD, nameless_link(made), (descriptor->flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_TMPFILE)) | O_CLOEXEC),
		      "cannot open a file without a name anew");
	if (descriptor->position)
		RAW(lseek, opened, descriptor->position, SEEK_SET);
	place(descriptor, opened);
}

/* Its owner and mode, as far as this user may, and what may not be done with it any more. */
void nameless_end(void)
{
	for (int i = 0; i < nameless_count; i++) {
		struct nameless *file = &nameless_files[i];

		if (file->made < 0)
			continue;
		RAW(fchown, file->made, file->user, file->group);
		RAW(fchmod, file->made, file->mode);
		if (file->seals > 0)
			need(RAW(fcntl, file->made, F_ADD_SEALS, file->seals), "cannot seal a memory file again");
		RAW(close, file->made);
		file->made = -1;
	}
}
