/* How the restorer ends: all memory of this process may be gone, so it writes by itself. */
#ifndef CRAC_DIRECT_RESTORER_FAIL_H
#define CRAC_DIRECT_RESTORER_FAIL_H

#include "engines/direct/restorer/plan.h"

#include <stdbool.h>

/* Says what could not be done, with the kernel's error and what helps, and ends this process. */
_Noreturn void fail(const struct plan *plan, const char *what, const char *name, long error);

static inline bool is_error(long result)
{
	return result < 0 && result > -4096;
}

#endif
