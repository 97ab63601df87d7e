#ifndef CRAC_BASE_SCAN_H
#define CRAC_BASE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

bool scan_number(const char **at, long long low, long long high, long long *number);
bool scan_word(const char **at, char *word, size_t room);
bool is_file_name(const char *name);

#endif
