#ifndef CRAC_DIRECT_X86_64_ARCH_H
#define CRAC_DIRECT_X86_64_ARCH_H

#include "v8-range.h"

#include <asm/unistd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096ull
#define PAGE_LEAST 4096ull /* nothing is mapped below */
#define RSEQ_SIGNATURE 0x53053053
/* The end of the addresses that an image may have, and of what a munmap may name. */
#define ADDRESS_END 0x7ffffffff000ull
static inline uint64_t addresses_end(uint64_t highest)
{
	(void)highest;
	return ADDRESS_END;
}

/* Below what the kernel chooses. */
#define ROOM_HIGH 0x700000000000ull
/* The end of the range in which V8 asks for its memory (native/v8-range.h). */
#define V8_END V8_HIGH

struct context {
	uint64_t rbx, rbp, r12, r13, r14, r15, rsp, rip;
	uint32_t mxcsr, fcw;
};

static inline uint64_t context_stack(const struct context *context)
{
	return context->rsp;
}

static inline uint64_t context_place(const struct context *context)
{
	return context->rip;
}

static inline long raw6(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static inline void bytes_copy(void *to, const void *from, size_t length)
{
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(length) : : "memory");
}

static inline void bytes_clear(void *to, size_t length)
{
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(length) : "a"(0) : "memory");
}

static inline uint64_t thread_pointer(void)
{
	uint64_t pointer;

	__asm__("mov %%fs:0, %0" : "=r"(pointer));
	return pointer;
}

static inline void thread_pointer_set(uint64_t pointer)
{
	raw6(__NR_arch_prctl, 0x1002 /* ARCH_SET_FS */, (long)pointer, 0, 0, 0, 0);
}

/* The CPU sees by itself that code was written. */
#define WRITTEN_CODE_IS_TOLD 0
static inline void code_written(uint64_t start, uint64_t end)
{
	(void)start;
	(void)end;
}

/* This CPU signs no addresses (aarch64/arch.h). */
static inline void signing_stop(void)
{
}

static inline bool signing_has_stopped(void)
{
	return true;
}

#endif
