#ifndef CRAC_RESTORE_OPEN_FILES_H
#define CRAC_RESTORE_OPEN_FILES_H

#include "restore/conf.h"
#include "restore/options.h"

#include <stdbool.h>

/* A file that a process of the image has open. */
struct open_file {
	int process, fd;
	char access[12], modified[40], fingerprint[12];
	long long position, size;
	unsigned uid, gid, mode;
	const char *path;
};

bool open_file_parse(const char *line, struct open_file *file);
void open_files_check(const struct conf *conf, const struct restore_options *options, int program);

#endif
