#define _GNU_SOURCE
#include "inside.h"
#include "snapshot.h"
#include "tree.h"
#include "engines/direct/image-name.h"

#include <fcntl.h>

/* The share below which a mapping that holds little is read, not mapped: its part of the page file would be holes. */
#define SPARSE 16
#define RUNS_BETWEEN_LOOKS 64

static struct header header;
static char page_file_name[IMAGE_NAME_MAX], image_name[IMAGE_NAME_MAX];

static bool write_at(long file, const void *from, uint64_t length, uint64_t at, const char *name)
{
	while (length > 0) {
		long wrote = RAW(pwrite64, file, from, length, at);

		if (wrote <= 0)
			return refuse("cannot write", name, wrote);
		from = (const char *)from + wrote;
		length -= (uint64_t)wrote;
		at += (uint64_t)wrote;
	}
	return true;
}

static long create(int directory, const char *name)
{
	return RAW(openat, directory, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static void leave_sparse(const struct memory *memory)
{
	uint64_t length = 0;

	for (uint32_t i = 0; i < memory->run_count; i++) {
		struct region *region = &memory->regions[memory->run_region[i]];
		bool last = i + 1 == memory->run_count || memory->run_region[i + 1] != memory->run_region[i];

		length += memory->runs[i].length;
		if (!last)
			continue;
		if (region->kind == REGION_COW && length * SPARSE < region->end - region->start)
			region->kind = REGION_READ;
		length = 0;
	}
}

/* Lays out first what is read, page behind page; then each mapped region, all of it, the pages without content being
 * holes. */
static uint64_t lay_out(const struct memory *memory)
{
	uint64_t end = 0;

	for (uint32_t i = 0; i < memory->run_count; i++)
		if (memory->regions[memory->run_region[i]].kind != REGION_COW)
			end += memory->runs[i].length;
	header.read_length = end;
	for (uint32_t i = 0; i < memory->region_count; i++) {
		struct region *region = &memory->regions[i];

		if (region->kind != REGION_COW)
			continue;
		region->offset = end;
		region->written = 0;
		end += region->end - region->start;
	}
	return end;
}

/* Writes a run; memory that may not be read is made so for a moment. */
static bool write_run(long file, const struct region *region, const struct extent *run, uint64_t at)
{
	bool hidden = !(region->protection & 1 /* PROT_READ */), good;

	if (hidden)
		RAW(mprotect, run->address, run->length, 1);
	good = write_at(file, (const void *)run->address, run->length, at, page_file_name);
	if (hidden)
		RAW(mprotect, run->address, run->length, region->protection);
	return good;
}

static bool write_pages(const struct memory *memory, long file)
{
	uint64_t read = 0;

	for (uint32_t i = 0; i < memory->run_count; i++) {
		const struct region *region = &memory->regions[memory->run_region[i]];
		const struct extent *run = &memory->runs[i];
		uint64_t at = region->kind == REGION_COW ? region->offset + (run->address - region->start) : read;

		if (region->kind != REGION_COW)
			read += run->length;
		if (i % RUNS_BETWEEN_LOOKS == 0)
			snapshot_look_round();
		if (!write_run(file, region, run, at))
			return false;
	}
	return true;
}

/* Notes the addresses of /proc/self/stat that ps and the kernel's brk go by (proc(5)). */
static bool note_mm(void)
{
	static const int order[MM_FIELDS] = { 26, 27, 45, 46, 47, 0 /* brk */, 28, 48, 49, 50, 51 };
	static char text[4096];
	uint64_t fields[64] = { 0 };
	const char *at, *name_end = text;
	long got = proc_read("/proc/self/stat", text, sizeof(text));

	if (got < 0)
		return refuse("cannot read", "/proc/self/stat", got);
	for (at = text; *at; at++)
		if (*at == ')')
			name_end = at;
	at = name_end + 1;
	for (int i = 3; i < 60 && *at && *at != '\n'; i++) {
		while (*at == ' ' || *at == '-')
			at++;
		fields[i] = text_number(&at, 10);
		while (*at && *at != ' ' && *at != '\n')
			at++; /* a letter, for the state */
	}
	for (int i = 0; i < MM_FIELDS; i++)
		header.mm[i] = order[i] ? fields[order[i]] : (uint64_t)RAW(brk, 0);
	return true;
}

static bool add(long file, struct table *table, const void *from, uint32_t count, uint64_t size)
{
	table->at = (uint32_t)header.length;
	table->count = count;
	header.length = (header.length + count * size + 63) & ~63ull;
	return write_at(file, from, count * size, table->at, image_name);
}

/* A restore compares the sizes. */
static bool note_sizes(const struct memory *memory)
{
	uint64_t status[18];

	for (uint32_t i = 0; i < memory->file_count; i++) {
		const char *path = memory->strings + memory->files[i].path;
		long got = RAW(newfstatat, AT_FDCWD, path, status, 0);

		if (got < 0)
			return refuse("the program has a file mapped that cannot be looked at:", path, got);
		memory->files[i].size = status[6]; /* st_size */
	}
	return true;
}

static uint32_t keep_read_runs(const struct memory *memory)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < memory->run_count; i++)
		if (memory->regions[memory->run_region[i]].kind != REGION_COW)
			memory->runs[kept++] = memory->runs[i];
	return kept;
}

static bool write_tables(const struct memory *memory, long file)
{
	static char auxiliary[4096];
	const struct span *vdso = &memory->kernel[memory->vdso_index];
	long got = proc_read("/proc/self/auxv", auxiliary, sizeof(auxiliary));

	if (got < 0)
		return refuse("cannot read", "/proc/self/auxv", got);
	if (!note_sizes(memory))
		return false;
	header.length = (sizeof(header) + 63) & ~63ull;
	if (!add(file, &header.regions, memory->regions, memory->region_count, sizeof(struct region)) ||
	    !add(file, &header.extents, memory->runs, keep_read_runs(memory), sizeof(struct extent)) ||
	    !add(file, &header.files, memory->files, memory->file_count, sizeof(struct mapped_path)) ||
	    !add(file, &header.strings, memory->strings, memory->strings_length, 1) ||
	    !add(file, &header.guards, memory->guards, memory->guard_count, sizeof(struct span)) ||
	    !add(file, &header.auxv, auxiliary, (uint32_t)got, 1) ||
	    !add(file, &header.vdso, (const void *)vdso->start, (uint32_t)(vdso->end - vdso->start), 1))
		return false;
	header.length += 64; /* the last table may end with a hole */
	got = RAW(ftruncate, file, header.length);
	return (got >= 0 || refuse("cannot write", image_name, got)) && write_at(file, &header, sizeof(header), 0, image_name);
}

static bool write_page_file(const struct memory *memory, int directory)
{
	long file = create(directory, page_file_name), done;
	bool good;

	if (file < 0)
		return refuse("cannot make", page_file_name, file);
	header.page_file_length = lay_out(memory);
	done = RAW(ftruncate, file, header.page_file_length);
	good = (done >= 0 || refuse("cannot write", page_file_name, done)) && write_pages(memory, file);
	RAW(close, file);
	return good;
}

bool image_write(const struct memory *memory, int directory, const struct context *main)
{
	long file;
	bool good;

	bytes_clear(&header, sizeof(header));
	image_name_of(page_file_name, PAGE_FILE_NAME, tree_member());
	image_name_of(image_name, DIRECT_IMAGE, tree_member());
	header.magic = DIRECT_MAGIC;
	header.format = tree_is_one() ? DIRECT_FORMAT : DIRECT_FORMAT_ALONE;
	header.threads = (uint16_t)(threads.count + 1);
	header.highest_fd = (uint32_t)descriptors_highest();
	header.main = *main;
	header.thread_pointer = threads.self.thread_pointer;
	header.handover = (uint64_t)&handover;
	bytes_copy(header.kernel, memory->kernel, sizeof(header.kernel));
	header.kernel_count = (uint16_t)memory->kernel_count;
	header.outside_vdso = 1; /* park_all() has seen to it */
	header.vdso_index = memory->vdso_index;
	header.room = memory->room;
	leave_sparse(memory);
	if (!note_mm() || !write_page_file(memory, directory))
		return false;
	file = create(directory, image_name);
	if (file < 0)
		return refuse("cannot make", image_name, file);
	good = write_tables(memory, file);
	RAW(close, file);
	return good;
}
