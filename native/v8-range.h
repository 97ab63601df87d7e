#ifndef CRAC_V8_RANGE_H
#define CRAC_V8_RANGE_H

/* The range in which V8 asks for memory by a random hint (GetRandomMmapAddr); the same as in
 * src/command/engines/criu/image/cow/choose.ts. */
#define V8_LOW 0x100000000ULL
#define V8_HIGH 0x400000000000ULL
/* The end of it where the kernel has addresses of 39 or 42 bits (arm64), and puts other memory above. */
#define V8_HIGH_OF_FEW 0x4000000000ULL

#endif
