#ifndef CRAC_RESTORE_MAPPED_FILES_H
#define CRAC_RESTORE_MAPPED_FILES_H

#include "restore/conf.h"

#include <stdbool.h>

/* A file that a process of the image has mapped. */
struct mapped_file {
	long long size;
	char modified[40], id[160];
	const char *path;
};

bool mapped_file_parse(const char *line, struct mapped_file *file);
void mapped_files_check(const struct conf *conf);

#endif
