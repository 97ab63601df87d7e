#ifndef CRAC_RESTORE_PACKAGE_FILES_H
#define CRAC_RESTORE_PACKAGE_FILES_H

#include "restore/restore.h"

#include <stdbool.h>

/* A copy of one of this package's files that the image has. */
struct package_file {
	char name[256], modified[40];
	const char *place;
};

bool package_file_parse(const char *line, struct package_file *file);
void package_files_find(struct restore *restore);
void package_files_show(const struct restore *restore);

#endif
