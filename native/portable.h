/* Included before every file of the libraries that are built for other machines (scripts/release/targets.mjs): what is
 * linked on a new system shall load on an old one. Node's own builds need glibc 2.28, and so do these. glibc 2.34 took
 * libdl and libpthread into libc under new versions of their names; the old versions are still there. */
#ifndef CRAC_PORTABLE_H
#define CRAC_PORTABLE_H

#define _GNU_SOURCE /* as the files themselves: features.h looks once */
#ifndef __ASSEMBLER__
#include <features.h>
#endif

#if defined(__GLIBC__) && !defined(__ASSEMBLER__)
#ifdef __x86_64__
#define CRAC_OLDEST "GLIBC_2.2.5"
#else
#define CRAC_OLDEST "GLIBC_2.17"
#endif
#define CRAC_OLD(name) __asm__(".symver " #name "," #name "@" CRAC_OLDEST)
CRAC_OLD(dlsym);
CRAC_OLD(dladdr);
CRAC_OLD(dlvsym);
#ifdef __x86_64__
__asm__(".symver dladdr1,dladdr1@GLIBC_2.3.3");
#else
CRAC_OLD(dladdr1);
#endif
CRAC_OLD(pthread_getspecific);
CRAC_OLD(pthread_setspecific);
CRAC_OLD(pthread_key_create);
CRAC_OLD(pthread_once);
CRAC_OLD(pthread_sigmask);

/* Before glibc 2.33 these functions were macros in front of functions with a number of struct stat's version. */
#include <sys/stat.h>
#ifdef __x86_64__
#define CRAC_STAT 1
#else
#define CRAC_STAT 0
#endif
int __fxstat(int version, int fd, struct stat *status);
int __xstat(int version, const char *path, struct stat *status);
int __lxstat(int version, const char *path, struct stat *status);
int __fxstatat(int version, int directory, const char *path, struct stat *status, int flags);
CRAC_OLD(__fxstat);
CRAC_OLD(__xstat);
CRAC_OLD(__lxstat);
#ifdef __x86_64__
__asm__(".symver __fxstatat,__fxstatat@GLIBC_2.4");
#else
CRAC_OLD(__fxstatat);
#endif
#define fstat(fd, status) __fxstat(CRAC_STAT, fd, status)
#define stat(path, status) __xstat(CRAC_STAT, path, status)
#define lstat(path, status) __lxstat(CRAC_STAT, path, status)
#define fstatat(directory, path, status, flags) __fxstatat(CRAC_STAT, directory, path, status, flags)
#endif

#endif
