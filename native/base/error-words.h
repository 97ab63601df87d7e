/* Included before every file of crac-native: whichever C library it is linked with, errors have the words that glibc has
 * for them, as all other programs of most machines do, and as `crac explain` knows them. */
#ifndef CRAC_ERROR_WORDS_H
#define CRAC_ERROR_WORDS_H
#ifndef __ASSEMBLER__

#define _GNU_SOURCE /* as the files themselves: features.h looks once */
#include <string.h>

#ifndef __GLIBC__
const char *error_words(int error);
#define strerror(error) error_words(error)
#endif

#endif
#endif
