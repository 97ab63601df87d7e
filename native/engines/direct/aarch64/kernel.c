/* What differs from kernel to kernel; of crac-native and of the library inside, each for itself. */
#include "engines/direct/arch.h"

#include <sys/auxv.h>

#define WIDE_BITS 46

uint64_t page_of_kernel;
bool addresses_are_few;

__attribute__((constructor)) static void ask(void)
{
	page_of_kernel = getauxval(AT_PAGESZ);
	addresses_are_few = getauxval(AT_RANDOM) >> WIDE_BITS == 0; /* it stands on the stack, behind all that the kernel chooses */
}
