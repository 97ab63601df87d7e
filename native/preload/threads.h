/* Every thread of the process, by its thread pointer. */
#ifndef CRAC_THREADS_H
#define CRAC_THREADS_H

#include <stddef.h>
#include <stdint.h>

/* threads.c: notes the thread that calls, where it was not made by pthread_create. */
void threads_start(void);

/* Calls `each` with the memory that a library has for a thread of its own, where it has some, for every thread. */
void threads_memory(size_t module, void (*each)(uint64_t *memory, void *data), void *data);

#endif
