#define _GNU_SOURCE
#include "engines/direct/direct.h"
#include "base/file.h"
#include "base/list.h"
#include "base/record.h"
#include "base/say.h"
#include "base/signals.h"
#include "engines/direct/closings.h"
#include "engines/direct/first-process.h"
#include "engines/direct/kernel-pages.h"
#include "engines/direct/mapped.h"
#include "engines/direct/restorer/plan.h"
#include "engines/direct/tables.h"
#include "restore/payload.h"
#include "restore/port-locks.h"
#include "restore/port.h"
#include "supervisor/generation-page.h"
#include "supervisor/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A restore by the engine `direct`: this process becomes the program. No other process, no namespace, no exec: the
 * restorer is put where the program has nothing, and replaces all other memory. */

extern const char restorer_begin[], restorer_end[];

static struct {
	struct tables tables;
	int *file_fds, page_file, mark;
	struct kernel_pages kernel;
} direct_state;

static _Noreturn void die_damaged(const struct restore *restore, const char *wrong)
{
	die(CRAC_EXIT_IMAGE, "%s/" DIRECT_IMAGE " cannot be used: %s. The image is damaged: copy it anew, or make it anew with\n"
	    "`crac checkpoint`", restore->image.path, wrong);
}

static void check(struct restore *restore)
{
	const char *wrong;
	size_t length;
	char *content = read_file_at(restore->image.fd, DIRECT_IMAGE, &length);

	if (restore->options.engine.count > 0)
		die(CRAC_EXIT_USAGE, "--engine-option %s: %s is an image of the engine direct, which has no options; leave it out",
		    restore->options.engine.items[0], restore->image.path);
	if (!content)
		die(CRAC_EXIT_IMAGE, "%s/" DIRECT_IMAGE ": %s; the image is not whole: copy it anew, or make it anew with\n`crac checkpoint`",
		    restore->image.path, strerror(errno));
	wrong = tables_read(&direct_state.tables, content, length);
	if (wrong)
		die_damaged(restore, wrong);
	kernel_pages_find(restore->image.path, &direct_state.tables, &direct_state.kernel);
	first_process_stays(); /* before anything bears a PID */
}

static void open_page_file(const struct restore *restore)
{
	struct stat status;
	int fd = openat(restore->image.fd, PAGE_FILE_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 || fstat(fd, &status) < 0)
		die(CRAC_EXIT_IMAGE, "%s/" PAGE_FILE_NAME ": %s; the image is not whole: copy it anew, or make it anew with\n`crac checkpoint`",
		    restore->image.path, strerror(errno));
	if (!S_ISREG(status.st_mode) || (uint64_t)status.st_size != direct_state.tables.header->page_file_length)
		die_damaged(restore, "the page file has another size");
	direct_state.page_file = fd;
}

static void prepare(struct restore *restore)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", (int)getpid());
	records_forget_ended();
	write_file(restore->record, "engine", "direct");
	direct_state.mark = generation_own(restore->record, restore->options.pid_alias);
	direct_state.file_fds = mapped_open(restore, &direct_state.tables);
	open_page_file(restore);
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
	int lowest = (int)direct_state.tables.header->highest_fd + 1, lifted = fcntl(fd, F_DUPFD_CLOEXEC, lowest);

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
			close_range(next, kept[i] - 1, 0);
		next = kept[i] + 1;
	}
	close_range(next, ~0U, 0);
}

/* Lifts what is needed for a moment yet above what the program has had. */
static void lift_descriptors(int *payload, int *ports)
{
	uint32_t count = direct_state.tables.header->files.count;
	int *kept = calloc(count + 4, sizeof(*kept)), last = 3;

	if (!kept)
		die(CRAC_EXIT_ENGINE, "no memory to restore with: %s", strerror(errno));
	allow_descriptors();
	for (uint32_t i = 0; i < count; i++)
		kept[i] = direct_state.file_fds[i] = lift(direct_state.file_fds[i]);
	kept[count] = *payload = lift(*payload);
	kept[count + 1] = direct_state.mark = lift(direct_state.mark);
	kept[count + 2] = direct_state.page_file = lift(direct_state.page_file);
	if (*ports >= 0)
		kept[count + last++] = *ports = lift(*ports);
	close_others(kept, count + last);
}

static uint64_t rounded(uint64_t size)
{
	return (size + PAGE - 1) & ~(PAGE - 1);
}

static char *reserve(uint64_t size)
{
	const struct span *room = &direct_state.tables.header->room;

	/* Where this process itself has something (its heap may be anywhere), further above; at the end there may be the kernel's
	 * own pages (kernel-pages.c). */
	for (uint64_t at = room->start; at + size + KERNEL_ROOM <= room->end; at += 16 << 20) {
		char *got = mmap((void *)at, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

		if (got == (char *)at)
			return got;
		if (got != MAP_FAILED)
			munmap(got, size); /* a kernel of before 4.17 takes the flag for a hint */
	}
	die(CRAC_EXIT_ENGINE, "there is no room for the restorer in this process (%s)", strerror(errno));
}

/* Notes moved ports; ports.c has looked at them. */
static void move_ports(struct handover *handover, const struct list *moves)
{
	for (size_t i = 0; i < moves->count; i++) {
		int from, to;

		if (handover->move_count == MOVES_MAX)
			die(CRAC_EXIT_USAGE, "--listen: at most %d ports can be moved at once", MOVES_MAX);
		if (port_move(moves->items[i], &from, &to))
			handover->moves[handover->move_count++] = (struct port_move){ (uint16_t)from, (uint16_t)to };
	}
}

/* The program's vDSO in the room is not needed for anything else. */
static void plan_kernel_pages(struct plan *plan, char *vdso)
{
	const struct kernel_pages *kernel = &direct_state.kernel;

	memcpy(plan->kernel, kernel->now, sizeof(plan->kernel));
	memcpy(plan->kernel_to, kernel->to, sizeof(plan->kernel_to));
	plan->kernel_count = kernel->count;
	if (!kernel->bridge)
		return;
	memcpy(vdso, kernel->bridge, direct_state.tables.header->vdso.count);
	plan->bridge = (const unsigned char *)vdso;
}

/* Lays out: the restorer, the plan, the tables, descriptors, the stack, and addresses for the kernel's pages. */
static struct plan *make_plan(const struct restore *restore, int payload, int ports, void (**entry)(struct plan *, void *), char **stack)
{
	const struct tables *tables = &direct_state.tables;
	const struct header *header = tables->header;
	uint64_t code = rounded((uint64_t)(restorer_end - restorer_begin)), plan_size = rounded(sizeof(struct plan));
	uint64_t tables_size = rounded(header->length), fds_size = rounded((header->files.count + 1) * sizeof(int));
	uint64_t size = code + plan_size + tables_size + fds_size + RESTORER_STACK + KERNEL_ROOM;
	char *room = reserve(size), *copy = room + code + plan_size;
	struct plan *plan = (struct plan *)(void *)(room + code);
	ptrdiff_t by = copy - (const char *)header;

	memcpy(room, restorer_begin, (size_t)(restorer_end - restorer_begin));
	memcpy(copy, header, header->length);
	memcpy(copy + tables_size, direct_state.file_fds, header->files.count * sizeof(int));
	*plan = (struct plan){
		.header = (const void *)((const char *)tables->header + by), .regions = (const void *)((const char *)tables->regions + by),
		.extents = (const void *)((const char *)tables->extents + by), .guards = (const void *)((const char *)tables->guards + by),
		.files = (const void *)((const char *)tables->files + by), .strings = tables->strings + by, .auxv = tables->auxv + by,
		.file_fds = (int *)(void *)(copy + tables_size), .page_file = direct_state.page_file, .mark = direct_state.mark,
		.room = { (uint64_t)room, (uint64_t)room + size },
	};
	plan_kernel_pages(plan, copy + header->vdso.at);
	*stack = copy + tables_size + fds_size + RESTORER_STACK;
	plan->low = (uint64_t)*stack;
	plan->handover = (struct handover){ .room = plan->room, .payload = payload, .ports = ports, .frame_size = getauxval(AT_MINSIGSTKSZ) };
	move_ports(&plan->handover, &restore->options.moves);
	closings_hand_over(restore, header, &plan->handover);
	if (munmap(*stack, KERNEL_ROOM) < 0 || mprotect(room, code, PROT_READ | PROT_EXEC) < 0)
		die(CRAC_EXIT_ENGINE, "cannot make the restorer executable: %s", strerror(errno));
	*entry = (void (*)(struct plan *, void *))(uintptr_t)room;
	return plan;
}

/* Takes back the places of this process's libc that the kernel writes to, as it is about to be left. */
static void forget_libc(void)
{
#ifdef SYS_rseq
	extern const ptrdiff_t __rseq_offset __attribute__((weak));
	char *thread;

	__asm__("mov %%fs:0, %0" : "=r"(thread));
	if (&__rseq_offset)
		syscall(SYS_rseq, thread + __rseq_offset, 32, 1 /* RSEQ_FLAG_UNREGISTER */, 0x53053053);
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
	void (*entry)(struct plan *, void *);
	int payload = restore->mailbox, ports = -1;
	struct plan *plan;
	char *stack;

	make_stdin(restore);
	payload_release(payload);
	if (direct_state.tables.header->format == 1)
		port_locks_release();
	else
		ports = port_locks_fd(); /* until the program listens */
	lift_descriptors(&payload, &ports);
	plan = make_plan(restore, payload, ports, &entry, &stack);
	record_disown();
	forget_libc();
	entry(plan, stack);
	__builtin_unreachable();
}

const struct engine direct = { .name = "direct", .check = check, .prepare = prepare, .start = start };
