#ifndef CRAC_RESTORE_OWN_FILES_H
#define CRAC_RESTORE_OWN_FILES_H

#include "restore/restore.h"

#include <stdbool.h>

/* A copy of one of this package's files that the image has. */
struct own_file {
	char name[256], modified[40];
	const char *place;
};

bool own_file_parse(const char *line, struct own_file *file);
void own_files_find(struct restore *restore);
void own_files_show(const struct restore *restore);

#endif
