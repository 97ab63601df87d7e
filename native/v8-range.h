#ifndef CRAC_V8_RANGE_H
#define CRAC_V8_RANGE_H

/* The range in which V8 asks for memory by a random hint (GetRandomMmapAddr); the same as in
 * src/command/engines/criu/image/cow/choose.ts. */
#define V8_LOW 0x100000000ULL
#if defined(__aarch64__)
#define V8_HIGH 0x4000000000ULL
#else
#define V8_HIGH 0x400000000000ULL
#endif

#endif
