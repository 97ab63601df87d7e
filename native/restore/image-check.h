#ifndef CRAC_RESTORE_IMAGE_CHECK_H
#define CRAC_RESTORE_IMAGE_CHECK_H

#include "restore/conf.h"

#include <stdbool.h>

bool file_line(const char *value, long long *size, const char **name);
void image_check(const struct conf *conf);
bool image_still_whole(const struct conf *conf);

#endif
