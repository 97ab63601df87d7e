#define _GNU_SOURCE
#include "engines/direct/direct.h"
#include "base/close-range.h"
#include "base/file.h"
#include "base/list.h"
#include "base/record.h"
#include "base/say.h"
#include "base/signals.h"
#include "engines/direct/first-process.h"
#include "engines/direct/image-name.h"
#include "engines/direct/layout.h"
#include "engines/direct/mapped.h"
#include "engines/direct/members.h"
#include "engines/direct/signing.h"
#include "restore/payload.h"
#include "restore/port-locks.h"
#include "supervisor/generation-page.h"
#include "supervisor/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A restore by the engine `direct`: this process becomes the program. No other process, no namespace, no exec: the
 * restorer is put where the program has nothing, and replaces all other memory. */

static struct members members;
static struct standing standing; /* of the process that this is */

static _Noreturn void die_damaged(const struct restore *restore, const char *name, const char *wrong)
{
	die(CRAC_EXIT_IMAGE, "%s/%s cannot be used: %s. The image is damaged: copy it anew, or make it anew with\n"
	    "`crac checkpoint`", restore->image.path, name, wrong);
}

/* Reads the tables of one process. */
static void read_tables(const struct restore *restore, int number, struct standing *one)
{
	char name[IMAGE_NAME_MAX];
	const char *wrong;
	size_t length;
	char *content;

	image_name_of(name, DIRECT_IMAGE, number);
	content = read_file_at(restore->image.fd, name, &length);
	if (!content)
		die(CRAC_EXIT_IMAGE, "%s/%s: %s; the image is not whole: copy it anew, or make it anew with\n`crac checkpoint`",
		    restore->image.path, name, strerror(errno));
	wrong = tables_read(&one->tables, content, length);
	if (!wrong && (one->tables.header->format == DIRECT_FORMAT) != (members.count > 1))
		wrong = "the number of the program's processes";
	if (wrong)
		die_damaged(restore, name, wrong);
	kernel_pages_find(restore->image.path, &one->tables, &one->kernel);
}

static void check(struct restore *restore)
{
	if (restore->options.engine.count > 0)
		die(CRAC_EXIT_USAGE, "--engine-option %s: %s is an image of the engine direct, which has no options; leave it out",
		    restore->options.engine.items[0], restore->image.path);
	signing_check(restore->image.path);
	members_read(restore, &members);
	for (int i = 0; i < members.count; i++)
		read_tables(restore, i, &members.all[i].standing);
	first_process_stays(); /* before anything bears a PID */
}

static void open_page_file(const struct restore *restore, int number, struct standing *one)
{
	char name[IMAGE_NAME_MAX];
	struct stat status;
	int fd;

	image_name_of(name, PAGE_FILE_NAME, number);
	fd = openat(restore->image.fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &status) < 0)
		die(CRAC_EXIT_IMAGE, "%s/%s: %s; the image is not whole: copy it anew, or make it anew with\n`crac checkpoint`",
		    restore->image.path, name, strerror(errno));
	if (!S_ISREG(status.st_mode) || (uint64_t)status.st_size != one->tables.header->page_file_length)
		die_damaged(restore, name, "it has another size");
	one->page_file = fd;
	if (members.count == 1) /* of several, nobody notes what each writes */
		one->written = written_read(restore->image.fd, &status, &one->tables);
}

static void prepare(struct restore *restore)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", (int)getpid());
	records_forget_ended();
	write_file(restore->record, "engine", "direct");
	members.all[0].standing.mark = generation_own(restore->record, restore->options.pid_alias);
	for (int i = 0; i < members.count; i++) {
		members.all[i].standing.file_fds = mapped_open(restore, &members.all[i].standing.tables);
		open_page_file(restore, i, &members.all[i].standing);
	}
	if (members.all[0].standing.written.note)
		payload_add(restore->mailbox, 'W', members.all[0].standing.written.note);
	block_signals(); /* what comes from here on is the program's, and waits until it is all there */
	write_file(restore->record, "program", number);
}

/* Allows as many descriptors as the hard limit does: what is needed for a moment stands above the program's own
 * numbers. */
static void allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int lift(int fd)
{
	int lowest = (int)standing.tables.header->highest_fd + 1, lifted = fcntl(fd, F_DUPFD_CLOEXEC, lowest);

	if (lifted < 0)
		die(CRAC_EXIT_ENGINE, "the program has descriptors up to %d, and this shell allows too few (ulimit -n): %s", lowest - 1,
		    strerror(errno));
	return lifted;
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Closes all but the standard streams and these. */
static void close_others(int *kept, size_t count)
{
	unsigned next = 3;

	qsort(kept, count, sizeof(*kept), compare);
	for (size_t i = 0; i < count; i++) {
		if ((unsigned)kept[i] > next)
			close_descriptors(next, kept[i] - 1);
		next = kept[i] + 1;
	}
	close_descriptors(next, ~0U);
}

/* Lifts what is needed for a moment yet above what the program has had. */
static void lift_descriptors(int *payload, int *ports, const struct tree_place *tree)
{
	uint32_t count = standing.tables.header->files.count, last = 3;
	size_t shared = tree->count > 0 ? (size_t)(tree->meet[1] + 1 - tree->base) : 0;
	int *kept = calloc(count + 4 + shared, sizeof(*kept));

	if (!kept)
		die(CRAC_EXIT_ENGINE, "no memory to restore with: %s", strerror(errno));
	allow_descriptors();
	for (uint32_t i = 0; i < count; i++)
		kept[i] = standing.file_fds[i] = lift(standing.file_fds[i]);
	kept[count] = *payload = lift(*payload);
	kept[count + 1] = standing.mark = lift(standing.mark);
	kept[count + 2] = standing.page_file = lift(standing.page_file);
	if (*ports >= 0)
		kept[count + last++] = *ports = lift(*ports);
	for (size_t i = 0; i < shared; i++)
		kept[count + last++] = tree->base + (int)i;
	close_others(kept, count + last);
}

/* Takes back the places of this process's libc that the kernel writes to, as it is about to be left. */
static void forget_libc(void)
{
#ifdef SYS_rseq
	extern const ptrdiff_t __rseq_offset __attribute__((weak));
	if (&__rseq_offset)
		syscall(SYS_rseq, thread_pointer() + (uint64_t)__rseq_offset, 32, 1 /* RSEQ_FLAG_UNREGISTER */, RSEQ_SIGNATURE);
#endif
	syscall(SYS_set_robust_list, NULL, 24);
	syscall(SYS_set_tid_address, NULL);
}

/* Copies standard input through a pipe where the program waited for it by epoll, which takes no files. */
static void make_stdin(const struct restore *restore)
{
	int fd = conf_get(&restore->conf, "poll-stdin") ? pump_stdin_if_needed(false) : 0;

	if (fd == 0)
		return;
	dup2(fd, 0);
	close(fd);
}

static int start(struct restore *restore)
{
	int payload = restore->mailbox, ports = -1;
	struct tree_place tree;
	struct layout layout;
	int number;

	make_stdin(restore);
	payload_release(payload);
	if (members.all[0].standing.tables.header->format == 1)
		port_locks_release();
	else
		ports = port_locks_fd(); /* until the program listens */
	number = members_start(restore, &members, &tree);
	standing = members.all[number].standing;
	if (number > 0)
		standing.mark = generation_of_member(restore->record, members.all[0].standing.mark);
	lift_descriptors(&payload, &ports, &tree);
	layout = layout_make(restore, &standing, number == 0 ? restore->program : members.all[number].was, payload, ports, &tree);
	record_disown();
	forget_libc();
	layout.enter(layout.plan, layout.stack);
	__builtin_unreachable();
}

const struct engine direct = { .name = "direct", .check = check, .prepare = prepare, .start = start };
