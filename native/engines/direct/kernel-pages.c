#define _GNU_SOURCE
#include "engines/direct/kernel-pages.h"
#include "base/say.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static _Noreturn void die_other_kernel(const char *image, const char *differs)
{
	die(CRAC_EXIT_IMAGE, "%s was made under another kernel or another kind of CPU: %s.\n"
	    "The program has in it the kernel's code for clock_gettime and the like (vDSO), which the kernel fits to the CPU.\n"
	    "Restore it under that kernel and CPU, or make the image anew on this machine: `crac checkpoint`, or with the engine criu,\n"
	    "whose images go from one kernel to another (CPUs: --cpu baseline): crac run --engine criu --image DIR app.js", image, differs);
}

#define LAYOUT "the number and sizes of the pages [vdso] and [vvar] were compared, and differ"

static bool is_kernels(const char *name)
{
	return strcmp(name, "[vdso]") == 0 || strncmp(name, "[vvar", 5) == 0;
}

void kernel_pages_find(const char *image, const struct tables *tables, struct span kernel[KERNEL_MAX])
{
	const struct header *header = tables->header;
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[4352], name[4096];
	unsigned long long start, end;
	uint32_t count = 0;

	if (!maps)
		die(CRAC_EXIT_ENGINE, "cannot read /proc/self/maps: %s", strerror(errno));
	while (fgets(line, sizeof(line), maps)) {
		*name = '\0';
		if (sscanf(line, "%llx-%llx %*s %*s %*s %*s %4095s", &start, &end, name) < 2 || !is_kernels(name))
			continue;
		if (count == header->kernel_count ||
		    end - start != header->kernel[count].end - header->kernel[count].start ||
		    (strcmp(name, "[vdso]") == 0) != (count == header->vdso_index))
			die_other_kernel(image, LAYOUT);
		kernel[count++] = (struct span){ start, end };
	}
	fclose(maps);
	if (count != header->kernel_count)
		die_other_kernel(image, LAYOUT);
	if (memcmp((const void *)kernel[header->vdso_index].start, tables->vdso, header->vdso.count) != 0)
		die_other_kernel(image, "the vDSO was compared byte for byte, and differs");
}
