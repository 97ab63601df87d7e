/* Maps a page file at an address of V8's, writes to it, gives it back, and says what it reads then. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096UL
#define PAGES 64UL

static unsigned char *map(const char *path, uintptr_t address)
{
	int fd = open(path, O_RDONLY);

	return mmap((void *)address, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, 0);
}

static void tell(const char *what, int result, const unsigned char *page)
{
	printf("%s: %d, reads %d\n", what, result, page[0]);
}

int main(int argc, char **argv)
{
	unsigned char *v8 = map(argv[1], 0x123400000000), *other = map(argv[1], 0x500000000000);

	(void)argc;
	memset(v8, 5, PAGES * PAGE);
	memset(other, 5, PAGES * PAGE);
	tell("one page", madvise(v8 + PAGE, PAGE, MADV_DONTNEED), v8 + PAGE);
	tell("its neighbour", 0, v8 + 2 * PAGE);
	tell("many pages", madvise(v8 + 16 * PAGE, 16 * PAGE, MADV_DONTNEED), v8 + 20 * PAGE);
	tell("the page after", 0, v8 + 32 * PAGE);
	tell("free", madvise(v8 + 40 * PAGE, 16 * PAGE, MADV_FREE), v8 + 45 * PAGE);
	mprotect(v8 + 33 * PAGE, PAGE, PROT_NONE);
	int result = madvise(v8 + 33 * PAGE, PAGE, MADV_DONTNEED);
	mprotect(v8 + 33 * PAGE, PAGE, PROT_READ | PROT_WRITE);
	tell("a protected page", result, v8 + 33 * PAGE);
	tell("other memory of the file", madvise(other, PAGE, MADV_DONTNEED), other);
	munmap(v8 + 60 * PAGE, 2 * PAGE);
	tell("over a hole", madvise(v8 + 58 * PAGE, 6 * PAGE, MADV_DONTNEED), v8 + 63 * PAGE);
	return 0;
}
