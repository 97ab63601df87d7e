#ifndef CRAC_RESTORE_USAGE_H
#define CRAC_RESTORE_USAGE_H

/* The text that `crac restore --help` prints. */
extern const char restore_usage[];

#endif
