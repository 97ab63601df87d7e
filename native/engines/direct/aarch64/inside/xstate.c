/*
 * A signal's frame is a list of records with sizes. Registers of SVE and SME are as long as the CPU has them, and the kernel
 * takes a record of another length from nobody. Where a copy's CPU has another one, what every CPU has (the first 128
 * bits of each vector, which stand in a record of their own) is kept: more is there only for who was interrupted in the
 * middle of such code, as these registers do not outlive a call.
 */
#define _GNU_SOURCE
#include "engines/direct/inside/xstate.h"
#include "engines/direct/inside/inside.h"

#include <linux/prctl.h>

#define FPSIMD 0x46508001u
#define SVE 0x53564501u
#define RECORDS 4096u
#define SVE_WITHOUT_REGISTERS 16

#define GET_SVE 51 /* PR_SVE_GET_VL */
#define GET_SME 64 /* PR_SME_GET_VL */
#define LENGTH 0xffff

struct record {
	uint32_t magic, size;
};

static struct lengths {
	long sve, sme; /* bytes of a vector; 0 where the CPU has none */
} programs, here;

static long length_of(int which)
{
	long got = which == GET_SVE ? RAW(prctl, GET_SVE) : RAW(prctl, GET_SME);

	return got < 0 ? 0 : got & LENGTH;
}

uint64_t frame_place(const ucontext_t *context)
{
	return context->uc_mcontext.pc;
}

void xstate_note(void)
{
	programs = (struct lengths){ length_of(GET_SVE), length_of(GET_SME) };
}

void xstate_drop(void)
{
}

void xstate_begin(int threads)
{
	(void)threads;
	here = (struct lengths){ length_of(GET_SVE), length_of(GET_SME) };
}

static struct record *find(unsigned char *records, uint32_t magic)
{
	for (uint32_t at = 0; at + sizeof(struct record) <= RECORDS;) {
		struct record *record = (struct record *)(records + at);

		if (record->magic == magic)
			return record;
		if (record->magic == 0 || record->size < sizeof(*record))
			return NULL;
		at += record->size;
	}
	return NULL;
}

void xstate_convert(ucontext_t *context, int thread)
{
	unsigned char *records = (unsigned char *)context->uc_mcontext.__reserved;
	struct record *first = (struct record *)records, *sve = find(records, SVE);

	if ((programs.sve == here.sve && programs.sme == here.sme) || first->magic != FPSIMD)
		return;
	if (sve && sve->size > SVE_WITHOUT_REGISTERS)
		die_restored(72, "vectors (SVE) have another length on this CPU, and this thread was calculating with them:",
			     threads.others[thread].name, 0);
	*(struct record *)(records + first->size) = (struct record){ 0, 0 };
}
