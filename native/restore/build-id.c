#define _GNU_SOURCE
#include "restore/build-id.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Returns the note's description in hexadecimal; NULL where these notes have none. */
char *build_id_in_notes(const unsigned char *notes, size_t size)
{
	for (size_t at = 0; at + sizeof(Elf64_Nhdr) <= size;) {
		size_t name = at + sizeof(Elf64_Nhdr), text;
		char *hexadecimal;
		Elf64_Nhdr note;

		memcpy(&note, notes + at, sizeof(note));
		text = name + (((size_t)note.n_namesz + 3) & ~(size_t)3);
		if (text > size || note.n_descsz > size - text)
			return NULL;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(notes + name, "GNU", 4) == 0) {
			hexadecimal = calloc(1, (size_t)note.n_descsz * 2 + 1);
			for (size_t i = 0; hexadecimal && i < note.n_descsz; i++)
				sprintf(hexadecimal + i * 2, "%02x", notes[text + i]);
			return hexadecimal;
		}
		at = text + (((size_t)note.n_descsz + 3) & ~(size_t)3);
	}
	return NULL;
}

/* Reads what the linker has written into a program or library to tell its builds apart; NULL for any other file. */
char *build_id(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	unsigned char notes[4096];
	char *found = NULL;
	Elf64_Ehdr head;

	if (fd >= 0 && pread(fd, &head, sizeof(head), 0) == sizeof(head) && memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 &&
	    head.e_ident[EI_CLASS] == ELFCLASS64)
		for (int i = 0; i < head.e_phnum && !found; i++) {
			Elf64_Phdr part;

			if (pread(fd, &part, sizeof(part), head.e_phoff + (off_t)i * head.e_phentsize) != sizeof(part))
				break;
			if (part.p_type == PT_NOTE && part.p_filesz <= sizeof(notes) &&
			    pread(fd, notes, part.p_filesz, part.p_offset) == (ssize_t)part.p_filesz)
				found = build_id_in_notes(notes, part.p_filesz);
		}
	if (fd >= 0)
		close(fd);
	return found;
}
