#define _GNU_SOURCE
#include "trace/trace.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* src/command/trace/journal.ts reads the same. */
struct header {
	char magic[8];
	_Atomic uint64_t next;
	_Atomic uint64_t lost;
	char reserved[40];
};

struct record {
	_Atomic uint32_t size;
	/* Set when the text is there: a process may be killed in between. */
	_Atomic uint32_t complete;
	char text[];
};

static struct header *journal;
static size_t capacity;

bool journal_open(void)
{
	const char *path = getenv("CRAC_TRACE_JOURNAL");
	off_t size;
	void *mapped;
	int fd;

	if (!path)
		return false;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false; /* its trace is over, or the path is outside of what it sees: it runs without */
	size = lseek(fd, 0, SEEK_END); /* fstat has another name in glibc before 2.33 */
	if (size > (off_t)sizeof(struct header)) {
		mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (mapped != MAP_FAILED && memcmp(mapped, "CRACTRC1", 8) == 0) {
			journal = mapped;
			capacity = size;
		}
	}
	close(fd);
	return journal != NULL;
}

void journal_write(const char *text, size_t length)
{
	size_t size = (sizeof(struct record) + length + 7) & ~(size_t)7;
	struct record *record;
	uint64_t at;

	if (!journal)
		return;
	if (atomic_load(&journal->next) + size > capacity) {
		atomic_fetch_add(&journal->lost, 1);
		return;
	}
	at = atomic_fetch_add(&journal->next, size);
	if (at + size > capacity) {
		atomic_fetch_add(&journal->lost, 1);
		return;
	}
	record = (struct record *)((char *)journal + at);
	memcpy(record->text, text, length);
	atomic_store(&record->size, (uint32_t)size);
	atomic_store(&record->complete, (uint32_t)length);
}
