/* What the engine direct knows of a CPU: each kind has a directory with the same files and the same functions in them. */
#ifndef CRAC_DIRECT_ARCH_H
#define CRAC_DIRECT_ARCH_H

#if defined(__x86_64__)
#include "engines/direct/x86_64/arch.h"
#elif defined(__aarch64__)
#include "engines/direct/aarch64/arch.h"
#else
#error "the engine direct knows x86-64 and arm64"
#endif

#endif
