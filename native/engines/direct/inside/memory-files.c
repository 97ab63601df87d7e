#define _GNU_SOURCE
#include "content.h"
#include "descriptors.h"

#include <fcntl.h>

bool memory_file_note(struct descriptor *file)
{
	long size = RAW(lseek, file->number, 0, SEEK_END), got;
	unsigned char *room;

	RAW(lseek, file->number, file->position, SEEK_SET);
	file->kind = KIND_MEMORY;
	if (size < 0)
		return refuse("cannot read a memory file", NULL, size);
	room = content_take((uint64_t)size);
	if (!room)
		return false;
	got = RAW(pread64, file->number, room, size, 0);
	if (got != size)
		return refuse("cannot read a memory file", NULL, got < 0 ? got : 0);
	file->content = room;
	file->length = (uint64_t)size;
	return true;
}

void memory_file_remake(const struct descriptor *file)
{
	long made = need(RAW(memfd_create, descriptors.text + file->path + text_length("/memfd:"), 1 /* MFD_CLOEXEC */),
			 "cannot make a memory file anew");

	write_whole(made, file->content, file->length);
	RAW(lseek, made, file->position, SEEK_SET);
	place(file, made);
}
