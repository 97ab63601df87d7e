#define _GNU_SOURCE
#include "engines/direct/kernel-pages.h"
#include "base/say.h"
#include "engines/direct/vdso-bridge.h"
#include "restore/start-over.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static _Noreturn void die_other_kernel(const char *image, const char *why)
{
	die(CRAC_EXIT_IMAGE, "%s was made under another kernel or another kind of CPU, and %s.\n"
	    "The program has in it the kernel's code for clock_gettime and the like (vDSO), which the kernel fits to the CPU.\n"
	    "Restore it under that kernel and CPU, or make the image anew: on this machine, or with the engine criu (for other\n"
	    "CPUs with --cpu baseline): crac run --engine criu --image DIR app.js", image, why);
}

static bool is_kernels(const char *name)
{
	return strcmp(name, "[vdso]") == 0 || strncmp(name, "[vvar", 5) == 0;
}

static void find(struct kernel_pages *pages)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[4352], name[4096];
	unsigned long long start, end;
	uint64_t length = 0;
	bool has_vdso = false;

	if (!maps)
		die(CRAC_EXIT_ENGINE, "cannot read /proc/self/maps: %s", strerror(errno));
	while (fgets(line, sizeof(line), maps)) {
		*name = '\0';
		if (!strchr(line, '[')) /* most lines: the rest of this takes its time */
			continue;
		if (sscanf(line, "%llx-%llx %*s %*s %*s %*s %4095s", &start, &end, name) < 2)
			continue;
		if (end <= ADDRESS_END)
			pages->highest = end;
		if (!is_kernels(name))
			continue;
		length += end - start;
		if (pages->count == KERNEL_MAX || length > KERNEL_ROOM)
			die(CRAC_EXIT_ENGINE, "this kernel has its own pages [vdso] and [vvar] in more or larger pieces than the engine direct knows.\n"
			    "Make the image with the engine criu: crac run --engine criu --image DIR app.js");
		if (strcmp(name, "[vdso]") == 0) {
			pages->vdso = pages->count;
			has_vdso = true;
		}
		pages->now[pages->count++] = (struct span){ start, end };
	}
	fclose(maps);
	if (!has_vdso)
		die(CRAC_EXIT_ENGINE, "this kernel gives its processes no vDSO (vdso=0?), and the program calls it. Start the kernel with one, or\n"
		    "make the image anew on this machine: `crac checkpoint`");
}

static uint64_t length_of(const struct span *span)
{
	return span->end - span->start;
}

static bool are_the_same(const struct tables *tables, const struct kernel_pages *pages)
{
	const struct header *header = tables->header;

	if (pages->count != header->kernel_count || pages->vdso != header->vdso_index)
		return false;
	for (uint32_t i = 0; i < pages->count; i++)
		if (length_of(&pages->now[i]) != length_of(&header->kernel[i]))
			return false;
	return memcmp((const void *)pages->now[pages->vdso].start, tables->vdso, header->vdso.count) == 0;
}

/* A kernel with CONFIG_MSEAL_SYSTEM_MAPPINGS refuses every change of its pages, also one that changes nothing. */
static bool may_move(const struct kernel_pages *pages)
{
	const struct span *vdso = &pages->now[pages->vdso];

	return mprotect((void *)vdso->start, length_of(vdso), PROT_READ | PROT_EXEC) == 0 || errno != EPERM;
}

static bool has_nothing(const struct tables *tables, const struct span *span)
{
	const struct header *header = tables->header;

	for (uint32_t i = 0; i < header->kernel_count; i++)
		if (header->kernel[i].start < span->end && span->start < header->kernel[i].end)
			return false;
	for (uint32_t i = 0; i < header->regions.count; i++)
		if (tables->regions[i].start < span->end && span->start < tables->regions[i].end)
			return false;
	return true;
}

static bool all_have_nothing(const struct tables *tables, const struct kernel_pages *pages)
{
	for (uint32_t i = 0; i < pages->count; i++)
		if (!has_nothing(tables, &pages->to[i]))
			return false;
	return true;
}

/* Together, as the code finds the data by its distance. */
static void shift(struct kernel_pages *pages, uint64_t to)
{
	for (uint32_t i = 0; i < pages->count; i++) {
		uint64_t start = to + (pages->now[i].start - pages->now[0].start);

		pages->to[i] = (struct span){ start, start + length_of(&pages->now[i]) };
	}
}

/* Where they are, if the program has nothing there; else in the last piece of its largest hole (direct.c leaves that). */
static void place(const char *image, const struct tables *tables, struct kernel_pages *pages, bool movable)
{
	shift(pages, pages->now[0].start);
	if (all_have_nothing(tables, pages))
		return;
	if (!movable) {
		start_over_elsewhere();
		die(CRAC_EXIT_ENGINE, "this kernel does not let its own pages be moved (CONFIG_MSEAL_SYSTEM_MAPPINGS), and puts them where the\n"
		    "program of %s has its memory, again and again. Are addresses not drawn at random here\n"
		    "(kernel.randomize_va_space, setarch -R)? Else make the image anew on this machine: `crac checkpoint`", image);
	}
	shift(pages, tables->header->room.end - KERNEL_ROOM);
	if (!all_have_nothing(tables, pages) || pages->to[pages->count - 1].end > tables->header->room.end)
		die_other_kernel(image, "leaves no room for this one's own pages");
}

static void build_bridge(const char *image, const struct tables *tables, struct kernel_pages *pages)
{
	const struct span *vdso = &pages->now[pages->vdso];
	const struct vdso_image programs = { tables->vdso, tables->header->vdso.count };
	const struct vdso_image kernels = { (const unsigned char *)vdso->start, length_of(vdso) };
	const char *wrong;

	pages->bridge = malloc(programs.length);
	if (!pages->bridge)
		die(CRAC_EXIT_ENGINE, "no memory to restore with");
	memcpy(pages->bridge, programs.content, programs.length);
	wrong = vdso_bridge(&programs, pages->bridge, &kernels, pages->to[pages->vdso].start);
	if (wrong)
		die_other_kernel(image, wrong);
}

void kernel_pages_find(const char *image, const struct tables *tables, struct kernel_pages *pages)
{
	const struct header *header = tables->header;
	bool same, movable;

	*pages = (struct kernel_pages){ .count = 0 };
	find(pages);
	same = are_the_same(tables, pages);
	movable = (same && pages->now[0].start == header->kernel[0].start) || may_move(pages);
	if (same && movable) {
		memcpy(pages->to, header->kernel, sizeof(pages->to));
		return;
	}
	if (!header->outside_vdso)
		die_other_kernel(image, "an older node-crac made it, which did not look whether a thread stood in the kernel's code");
	place(image, tables, pages, movable);
	build_bridge(image, tables, pages);
}
