/*
 * Preloaded into the program: whether this library can be preloaded into another executable.
 *
 * The dynamic linker of another architecture or another libc would complain of it on standard error, or end the
 * program. A static program is told of it all the same: it takes no library, but hands its environment on.
 */
#define _GNU_SOURCE
#include "preload/carry.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#define HEAD 1536 /* linkers put the name of the dynamic linker right behind the headers */
#define SCRIPT_DEPTH 4

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#define LINKER "ld-linux-x86-64.so."
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#define LINKER "ld-linux-aarch64.so."
#else
#define MACHINE EM_NONE
#define LINKER ""
#endif

static ssize_t read_head(const char *path, char *head)
{
	int fd = open_unnoted(path);
	ssize_t length;

	if (fd < 0)
		return -1;
	length = pread(fd, head, HEAD, 0);
	close(fd);
	return length;
}

static bool fits(const char *head, size_t length)
{
	const ElfW(Ehdr) *elf = (const void *)head;
	const ElfW(Phdr) *segment = (const void *)(head + elf->e_phoff);
	const char *name, *slash;

	if (elf->e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32) ||
	    (MACHINE != EM_NONE && elf->e_machine != MACHINE))
		return false;
	if (elf->e_phoff > length || elf->e_phnum > (length - elf->e_phoff) / sizeof(*segment))
		return true;
	for (int i = 0; i < elf->e_phnum; i++) {
		if (segment[i].p_type != PT_INTERP || segment[i].p_filesz == 0 || segment[i].p_offset >= length ||
		    segment[i].p_filesz > length - segment[i].p_offset)
			continue;
		name = head + segment[i].p_offset;
		if (name[segment[i].p_filesz - 1] != '\0')
			return true;
		slash = strrchr(name, '/');
		return strncmp(slash ? slash + 1 : name, LINKER, strlen(LINKER)) == 0;
	}
	return true;
}

/* Returns the interpreter that a script names, in place; NULL for a file that is no script. */
static const char *interpreter_of(char *head, size_t length)
{
	char *start, *end;

	if (length < 3 || head[0] != '#' || head[1] != '!')
		return NULL;
	head[length < HEAD ? length : HEAD - 1] = '\0';
	start = head + 2 + strspn(head + 2, " \t");
	end = start + strcspn(start, " \t\n");
	*end = '\0';
	return *start ? start : NULL;
}

bool takes_library(const char *path)
{
	char head[HEAD], name[HEAD];

	for (int depth = 0; path && depth < SCRIPT_DEPTH; depth++) {
		ssize_t length = read_head(path, head);
		const char *interpreter;

		if (length < (ssize_t)sizeof(ElfW(Ehdr)) && (length < 3 || head[0] != '#'))
			return true; /* not ours to read, or nothing that runs: the kernel will say */
		if (memcmp(head, ELFMAG, SELFMAG) == 0)
			return fits(head, length);
		interpreter = interpreter_of(head, length);
		if (!interpreter)
			return true;
		strcpy(name, interpreter);
		path = name;
	}
	return true;
}
