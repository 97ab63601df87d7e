#ifndef CRAC_BASE_SECCOMP_H
#define CRAC_BASE_SECCOMP_H

#include <stdbool.h>

/* Tell whether a filter stands between this process and the kernel, and whether it keeps it from entering namespaces. */
bool under_seccomp_filter(void);
bool setns_is_filtered(void);

#endif
