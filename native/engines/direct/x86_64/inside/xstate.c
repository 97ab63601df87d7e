/*
 * The kernel saves a thread's vector registers in the signal's frame as the CPU lays them out, and CPUs of another kind
 * have the same registers at other distances, or lack some. In a copy on such a one the frame is written anew: else a
 * thread would get registers (and rights to memory: PKRU) from wrong places, or end at its return from the signal.
 */
#define _GNU_SOURCE
#include "engines/direct/inside/xstate.h"
#include "engines/direct/inside/inside.h"

#include <cpuid.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#define FIRST_MAGIC 0x46505853u
#define LAST_MAGIC 0x46505845u
#define PARTS 64
#define FIXED 576 /* x87, SSE and the header are the same everywhere, and AVX follows */
#define IN_LEGACY 464 /* where the kernel describes what follows */
#define TILES (3ull << 17) /* AMX, which a program must ask the kernel for */
#define STRIDE 4096u /* more than all parts but the tiles take */
#define BEHIND (16u << 10) /* the kernel may look at as much as it would have written itself */

struct layout {
	uint64_t features; /* what the kernel has switched on, or 0 */
	uint32_t offset[PARTS], size[PARTS];
};

/* The description that the kernel puts behind the 464th byte. */
struct description {
	uint32_t magic, extended_size;
	uint64_t features;
	uint32_t size;
};

static struct layout programs, here;
static uint64_t frame_size; /* of a signal, as the kernel has told it: another CPU, another size */
static uint64_t frames, frames_length;

uint64_t frame_place(const ucontext_t *context)
{
	return (uint64_t)context->uc_mcontext.gregs[REG_RIP];
}

static uint64_t switched_on(void)
{
	uint32_t low, high, eax, ebx, ecx = 0, edx;

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & bit_OSXSAVE))
		return 0;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low | (uint64_t)high << 32;
}

static void lay_out(struct layout *layout)
{
	bytes_clear(layout, sizeof(*layout));
	layout->features = switched_on();
	for (uint32_t i = 2; i < PARTS; i++) {
		uint32_t eax = 0, ebx = 0, ecx, edx;

		if (!(layout->features >> i & 1))
			continue;
		__cpuid_count(0xd, i, eax, ebx, ecx, edx);
		layout->size[i] = eax;
		layout->offset[i] = ebx;
	}
}

/* Returns the size of a signal's frame: from libc's auxiliary vector where the program was started; of the restorer's where it was restored. */
static uint64_t frame_size_here(void)
{
	return handover.frame_size ? handover.frame_size : getauxval(AT_MINSIGSTKSZ);
}

void xstate_note(void)
{
	lay_out(&programs);
	frame_size = frame_size_here();
}

void xstate_drop(void)
{
	if (frames)
		RAW(munmap, frames, frames_length);
	frames = 0;
}

static bool is_laid_out_the_same(void)
{
	for (int i = 2; i < PARTS; i++)
		if (here.offset[i] != programs.offset[i] || here.size[i] != programs.size[i])
			return false;
	return here.features == programs.features;
}

void xstate_begin(int threads)
{
	long got;

	if (frame_size && handover.frame_size == frame_size)
		return; /* to ask the CPU costs more than all this in a virtual machine */
	lay_out(&here);
	if (!here.features || !programs.features || is_laid_out_the_same())
		return; /* without XSAVE the kernel takes the fixed part alone */
	frames_length = (uint64_t)threads * STRIDE + BEHIND;
	got = RAW(mmap, 0, frames_length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (got < 0 && got > -4096)
		die_restored(72, "no memory for the registers of threads", NULL, got);
	frames = (uint64_t)got;
}

static uint32_t copy_parts(const unsigned char *from, unsigned char *to, uint64_t wanted, uint64_t used)
{
	uint32_t end = FIXED;

	for (uint32_t i = 2; i < PARTS; i++) {
		uint32_t size = here.size[i] < programs.size[i] ? here.size[i] : programs.size[i];

		if (!(wanted >> i & 1))
			continue;
		if (here.offset[i] + here.size[i] > end)
			end = here.offset[i] + here.size[i];
		if (used >> i & 1)
			bytes_copy(to + here.offset[i], from + programs.offset[i], size);
	}
	return end;
}

static uint64_t that_fit(uint64_t features)
{
	for (uint32_t i = 2; i < PARTS; i++)
		if (here.offset[i] + here.size[i] > STRIDE - sizeof(uint32_t) || programs.offset[i] < FIXED)
			features &= ~(1ull << i);
	return features & here.features & programs.features & ~TILES;
}

void xstate_convert(ucontext_t *context, int thread)
{
	const unsigned char *from = (const unsigned char *)context->uc_mcontext.fpregs;
	unsigned char *to = (unsigned char *)frames + (uint64_t)thread * STRIDE;
	struct description *description = (struct description *)(to + IN_LEGACY);
	const uint32_t last = LAST_MAGIC;
	uint64_t wanted, *used = (uint64_t *)(to + 512);

	if (!frames || !from || ((const struct description *)(from + IN_LEGACY))->magic != FIRST_MAGIC)
		return;
	bytes_copy(to, from, FIXED);
	wanted = that_fit(description->features);
	*used &= wanted;
	description->features = wanted;
	description->size = copy_parts(from, to, wanted, *used);
	description->extended_size = description->size + (uint32_t)sizeof(last);
	bytes_copy(to + description->size, &last, sizeof(last));
	context->uc_mcontext.fpregs = (fpregset_t)to;
}
