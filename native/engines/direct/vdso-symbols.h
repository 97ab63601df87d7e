/* The functions that a vDSO offers, read from its ELF image. One of them comes from an image, so nothing in it is believed. */
#ifndef CRAC_DIRECT_VDSO_SYMBOLS_H
#define CRAC_DIRECT_VDSO_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vdso {
	const unsigned char *content;
	uint64_t length, base; /* base: address in the ELF image of its first byte */
	uint64_t symbols, count, names, names_length; /* places in content */
};

struct vdso_function {
	const char *name; /* without the prefix: __vdso_, which each has a second name with, or __kernel_ (arm64) */
	uint64_t offset, size;
};

/* False where this is no vDSO. `content` is used by what follows. */
bool vdso_read(struct vdso *vdso, const unsigned char *content, uint64_t length);
/* The symbol of this number, below vdso->count; false where it is no function. */
bool vdso_function(const struct vdso *vdso, uint64_t number, struct vdso_function *function);
bool vdso_find(const struct vdso *vdso, const char *name, uint64_t *offset);

#endif
