#ifndef CRAC_DIRECT_AARCH64_ARCH_H
#define CRAC_DIRECT_AARCH64_ARCH_H

#include "v8-range.h"

#include <asm/unistd.h>
#include <linux/prctl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kernel's pages are of 4, 16 or 64 KiB. The restorer, which has no data, does not know of which. */
extern uint64_t page_of_kernel __attribute__((visibility("hidden")));
#define PAGE page_of_kernel
#define PAGE_LEAST 65536ull /* nothing is mapped below (vm.mmap_min_addr), and it is a multiple of all */
#define RSEQ_SIGNATURE 0xd428bc00
/* The end of the addresses that an image may have. */
#define ADDRESS_END 0x1000000000000ull

/* The end of what a munmap may name: a kernel may have addresses of fewer bits (39, 42, 47), and nothing that it has put
 * above this process's last mapping. */
static inline uint64_t addresses_end(uint64_t highest)
{
	return highest;
}

/* A kernel with addresses of 39 or 42 bits chooses them where others leave room. */
extern bool addresses_are_few __attribute__((visibility("hidden")));
/* Below what the kernel chooses. */
#define ROOM_HIGH (addresses_are_few ? 0x4000000000ull : 0x700000000000ull)
/* The end of the range in which V8 asks for its memory (native/v8-range.h). */
#define V8_END (addresses_are_few ? V8_HIGH_OF_FEW : V8_HIGH)

struct context {
	uint64_t x19_to_x30[12], sp, d8_to_d15[8], fpcr;
};

static inline uint64_t context_stack(const struct context *context)
{
	return context->sp;
}

static inline uint64_t context_place(const struct context *context)
{
	return context->x19_to_x30[11];
}

static inline long raw6(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
}

static inline void bytes_copy(void *to, const void *from, size_t length)
{
	uint64_t one, other;

	__asm__ volatile("1: subs %2, %2, #16\n"
			 "b.lo 2f\n"
			 "ldp %3, %4, [%1], #16\n"
			 "stp %3, %4, [%0], #16\n"
			 "b 1b\n"
			 "2: adds %2, %2, #16\n"
			 "b.eq 4f\n"
			 "3: ldrb %w3, [%1], #1\n"
			 "strb %w3, [%0], #1\n"
			 "subs %2, %2, #1\n"
			 "b.ne 3b\n"
			 "4:"
			 : "+&r"(to), "+&r"(from), "+&r"(length), "=&r"(one), "=&r"(other)
			 :
			 : "cc", "memory");
}

static inline void bytes_clear(void *to, size_t length)
{
	__asm__ volatile("1: subs %1, %1, #16\n"
			 "b.lo 2f\n"
			 "stp xzr, xzr, [%0], #16\n"
			 "b 1b\n"
			 "2: adds %1, %1, #16\n"
			 "b.eq 4f\n"
			 "3: strb wzr, [%0], #1\n"
			 "subs %1, %1, #1\n"
			 "b.ne 3b\n"
			 "4:"
			 : "+&r"(to), "+&r"(length)
			 :
			 : "cc", "memory");
}

static inline uint64_t thread_pointer(void)
{
	uint64_t pointer;

	__asm__("mrs %0, tpidr_el0" : "=r"(pointer));
	return pointer;
}

static inline void thread_pointer_set(uint64_t pointer)
{
	__asm__ volatile("msr tpidr_el0, %0" : : "r"(pointer) : "memory");
}

/* The CPU may have other code of these addresses in its cache for instructions. */
#define WRITTEN_CODE_IS_TOLD 1
static inline void code_written(uint64_t start, uint64_t end)
{
	uint64_t kind, data, code;

	__asm__ volatile("mrs %0, ctr_el0" : "=r"(kind));
	data = 4ull << (kind >> 16 & 15);
	code = 4ull << (kind & 15);
	for (uint64_t at = start & ~(data - 1); at < end; at += data)
		__asm__ volatile("dc cvau, %0" : : "r"(at) : "memory");
	__asm__ volatile("dsb ish" : : : "memory");
	for (uint64_t at = start & ~(code - 1); at < end; at += code)
		__asm__ volatile("ic ivau, %0" : : "r"(at) : "memory");
	__asm__ volatile("dsb ish\nisb" : : : "memory");
}

/*
 * Some CPUs sign the addresses that functions return to, with keys that each process is given anew and cannot read: what
 * one process has signed, no other believes. So nothing is signed in a program of this engine. A CPU that does not sign
 * says EINVAL, as does a kernel that knows nothing of it and has not switched it on.
 */
#define SIGNING_KEYS (PR_PAC_APIAKEY | PR_PAC_APIBKEY | PR_PAC_APDAKEY | PR_PAC_APDBKEY)

static inline void signing_stop(void)
{
	raw6(__NR_prctl, 60 /* PR_PAC_SET_ENABLED_KEYS */, SIGNING_KEYS, 0, 0, 0, 0);
}

/* Signs an address that is none of a signature: it stays the same only where nothing is signed. */
static inline bool signing_has_stopped(void)
{
	register uint64_t address __asm__("x17") = 0x1234560;
	register uint64_t with __asm__("x16") = 0x7890;
	uint64_t other = address;

	__asm__ volatile("hint #8\n" /* pacia1716 */ : "+r"(address) : "r"(with));
	other ^= address;
	address = 0x1234560;
	__asm__ volatile("hint #10\n" /* pacib1716 */ : "+r"(address) : "r"(with));
	return other == 0 && address == 0x1234560;
}

#endif
