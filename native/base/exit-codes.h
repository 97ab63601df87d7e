#ifndef CRAC_BASE_EXIT_CODES_H
#define CRAC_BASE_EXIT_CODES_H

/* The exit codes; the same are in src/command/base/command-error.ts and docs/exit-codes.md. */
#define CRAC_EXIT_USAGE 2
#define CRAC_EXIT_UNKNOWN 4 /* `crac explain` knows no cause */
#define CRAC_EXIT_ENGINE 70
#define CRAC_EXIT_NAMESPACE 71
#define CRAC_EXIT_IMAGE 72
#define CRAC_EXIT_PORT 73
#define CRAC_EXIT_TIMEOUT 74

#endif
