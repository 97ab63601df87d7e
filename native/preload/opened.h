/* What the library that is preloaded into the program knows of a descriptor that native code opened; the addon asks
 * for it by dlsym("crac_opened") (native/addon/opened-by.c). */
#ifndef CRAC_OPENED_H
#define CRAC_OPENED_H

#include <stdbool.h>
#include <stdint.h>

#define OPENED_MAX 4096
#define OPENED_FRAMES 12

struct opened {
	double time; /* milliseconds since the epoch */
	int thread;  /* as gettid() tells it */
	int count;   /* of frames; 0: not by native code, or not known */
	void *frames[OPENED_FRAMES];
};

/* Notes that the number `fd` stands from now on for what `caller` has opened. Keeps errno. */
void opened_note(int fd, void *caller);

/* Tells whether code of node, libnode or libuv stands there. */
bool runtime_has(uintptr_t address);

/* openssl-reseed.c: tells whether this process is the program that is checkpointed, not one of its children. */
bool in_program(void);

typedef const struct opened *opened_function(int fd);

#endif
