/* Copies of OpenSSL that addons have linked in. */
#ifndef CRAC_OTHER_OPENSSL_H
#define CRAC_OTHER_OPENSSL_H

#include <stdbool.h>
#include <stdint.h>

/* Tells whether a library with OpenSSL's generators inside, other than node's, has code there; its first question
 * looks. */
bool is_other_openssl(uintptr_t caller);

#endif
