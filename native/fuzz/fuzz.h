/* A fuzzer for what the native part reads of others: `npm run fuzz` builds it (scripts/fuzz.mjs). */
#ifndef CRAC_FUZZ_H
#define CRAC_FUZZ_H

#include <setjmp.h>
#include <stddef.h>

struct target {
	const char *name;
	void (*run)(const char *data, size_t size);
};
extern const struct target targets[];

/* The place that die() goes to: for a fuzzer a refusal is an end like any other (say.c). */
extern jmp_buf refused;

/* Makes a copy of exactly this size and a NUL behind it: AddressSanitizer sees each byte that is read beyond. */
char *exact(const char *data, size_t size);

#endif
