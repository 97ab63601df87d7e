/* protection-keys.c: what libc's syscall() is to answer for protection keys (no-io-uring.c). */
#ifndef CRAC_PROTECTION_KEYS_H
#define CRAC_PROTECTION_KEYS_H

#include <stdbool.h>

/* Answers a call about protection keys. True: the call is to return -1, and errno says why. */
bool answers_for_key(long number, const long arguments[6]);

#endif
