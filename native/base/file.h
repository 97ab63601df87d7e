#ifndef CRAC_BASE_FILE_H
#define CRAC_BASE_FILE_H

#include <stddef.h>

/* The most that is read of what the caller names. */
#define STREAM_MAX (16 << 20)

char *read_file(const char *path, size_t *length);
char *read_file_at(int directory, const char *path, size_t *length);
char *read_stream(const char *path, size_t *length);
void write_file(const char *directory, const char *name, const char *content);
int write_text(const char *path, const char *text);
void remove_directory(const char *path);

#endif
