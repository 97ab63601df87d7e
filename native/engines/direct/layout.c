#define _GNU_SOURCE
#include "engines/direct/layout.h"
#include "base/file.h"
#include "base/list.h"
#include "base/say.h"
#include "engines/direct/closings.h"
#include "restore/port.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

extern const char restorer_begin[], restorer_end[];

static char *reserve(const struct standing *standing, uint64_t size)
{
	const struct span *room = &standing->tables.header->room;

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
static void plan_kernel_pages(const struct standing *standing, struct plan *plan, char *vdso)
{
	const struct kernel_pages *kernel = &standing->kernel;

	memcpy(plan->kernel, kernel->now, sizeof(plan->kernel));
	memcpy(plan->kernel_to, kernel->to, sizeof(plan->kernel_to));
	plan->kernel_count = kernel->count;
	if (!kernel->bridge)
		return;
	memcpy(vdso, kernel->bridge, standing->tables.header->vdso.count);
	plan->bridge = (const unsigned char *)vdso;
}

/* Its labels have colons; in a container nothing else tells of it. */
static bool selinux_judges(void)
{
	size_t length;
	char *label = read_file("/proc/self/attr/current", &length);
	bool judges = label && strchr(label, ':');

	free(label);
	return judges;
}

struct layout layout_make(const struct restore *restore, const struct standing *standing, int process, int payload,
			  int ports, const struct tree_place *tree)
{
	const struct tables *tables = &standing->tables;
	const struct header *header = tables->header;
	uint64_t code = whole_pages((uint64_t)(restorer_end - restorer_begin)), plan_size = whole_pages(sizeof(struct plan));
	uint64_t tables_size = whole_pages(header->length), fds_size = whole_pages((header->files.count + 1) * sizeof(int));
	uint64_t written = standing->written.count * sizeof(*standing->written.runs), written_size = whole_pages(written);
	uint64_t size = code + plan_size + tables_size + fds_size + written_size + RESTORER_STACK + KERNEL_ROOM;
	char *room = reserve(standing, size), *copy = room + code + plan_size;
	struct plan *plan = (struct plan *)(void *)(room + code);
	ptrdiff_t by = copy - (const char *)header;
	char *runs = copy + tables_size + fds_size, *stack = runs + written_size + RESTORER_STACK;

	memcpy(room, restorer_begin, (size_t)(restorer_end - restorer_begin));
	memcpy(copy, header, header->length);
	memcpy(copy + tables_size, standing->file_fds, header->files.count * sizeof(int));
	if (written)
		memcpy(runs, standing->written.runs, written);
	*plan = (struct plan){
		.header = (const void *)((const char *)tables->header + by), .regions = (const void *)((const char *)tables->regions + by),
		.extents = (const void *)((const char *)tables->extents + by), .guards = (const void *)((const char *)tables->guards + by),
		.files = (const void *)((const char *)tables->files + by), .strings = tables->strings + by, .auxv = tables->auxv + by,
		.file_fds = (int *)(void *)(copy + tables_size), .page_file = standing->page_file, .mark = standing->mark,
		.written = (const void *)runs, .written_count = standing->written.count,
		.room = { (uint64_t)room, (uint64_t)room + size },
	};
	plan->code_is_read = selinux_judges();
	plan_kernel_pages(standing, plan, copy + header->vdso.at);
	plan->low = (uint64_t)stack;
	plan->end = addresses_end(standing->kernel.highest);
	plan->handover = (struct handover){ .room = plan->room, .payload = payload, .ports = ports, .frame_size = getauxval(AT_MINSIGSTKSZ), .tree = *tree };
	move_ports(&plan->handover, &restore->options.moves);
	closings_hand_over(restore, header, process, &plan->handover);
	if (munmap(stack, KERNEL_ROOM) < 0 || mprotect(room, code, PROT_READ | PROT_EXEC) < 0)
		die(CRAC_EXIT_ENGINE, "cannot make the restorer executable: %s", strerror(errno));
	return (struct layout){ .enter = (void (*)(struct plan *, void *))(uintptr_t)room, .plan = plan, .stack = stack };
}
