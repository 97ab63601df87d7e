#ifndef CRAC_RESTORE_USAGE_H
#define CRAC_RESTORE_USAGE_H

/* What `crac restore --help` prints. */
extern const char restore_usage[];

#endif
