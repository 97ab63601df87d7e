#ifndef CRAC_DIRECT_KERNEL_PAGES_H
#define CRAC_DIRECT_KERNEL_PAGES_H

#include "engines/direct/tables.h"

/* Where [vdso] and [vvar] stand in this process; dies where the image's kernel had others. */
void kernel_pages_find(const char *image, const struct tables *tables, struct span kernel[KERNEL_MAX]);

#endif
