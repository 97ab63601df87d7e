/* The code that leads a function of one vDSO elsewhere, as each kind of CPU has it (x86_64/loader, aarch64/loader). */
#ifndef CRAC_DIRECT_VDSO_CODE_H
#define CRAC_DIRECT_VDSO_CODE_H

#include <stdint.h>

#define CODE_MAX 40

struct code {
	unsigned char bytes[CODE_MAX];
	uint64_t length;
};

/* Begins it with what an indirect jump may lead to. */
void code_begin(struct code *code);
void code_jump(struct code *code, uint64_t target);
void code_call_of_kernel(struct code *code, uint32_t number);
/* It says ENOSYS. */
void code_refusal(struct code *code);
/* Who asks getrandom for the size of its state, by a length of ~0, is told that there is none: no other program believes
 * that there is one. Those that have got one pass it; the system call takes the first three arguments alone. */
void code_getrandom(struct code *code);

#endif
