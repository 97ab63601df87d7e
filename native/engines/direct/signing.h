/* Whether this machine can have programs in which no address is signed (aarch64/arch.h). */
#ifndef CRAC_DIRECT_SIGNING_H
#define CRAC_DIRECT_SIGNING_H

/* Dies where it cannot. */
void signing_check(const char *image);

#endif
