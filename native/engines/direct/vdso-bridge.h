/* A program calls the vDSO of the kernel that it was started under by address. Under another kernel, that kernel's stands
 * elsewhere, and a copy of the first one in its own place, with each function leading to the one of the same name. */
#ifndef CRAC_DIRECT_VDSO_BRIDGE_H
#define CRAC_DIRECT_VDSO_BRIDGE_H

#include <stdint.h>

struct vdso_image {
	const unsigned char *content;
	uint64_t length;
};

/* Makes `to`, a copy of the program's vDSO, lead to `now`, which will stand at this address. Returns what cannot be done,
 * or NULL. */
const char *vdso_bridge(const struct vdso_image *programs, unsigned char *to, const struct vdso_image *now, uint64_t address);

#endif
