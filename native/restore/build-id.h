#ifndef CRAC_RESTORE_BUILD_ID_H
#define CRAC_RESTORE_BUILD_ID_H

#include <stddef.h>

char *build_id(const char *path);
char *build_id_in_notes(const unsigned char *notes, size_t size);

#endif
