#include "engines/direct/vdso-code.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

static void add(struct code *code, uint32_t instruction)
{
	memcpy(code->bytes + code->length, &instruction, sizeof(instruction));
	code->length += sizeof(instruction);
}

void code_begin(struct code *code)
{
	code->length = 0;
	add(code, 0xd503245f); /* bti c */
}

void code_jump(struct code *code, uint64_t target)
{
	add(code, 0x58000050); /* ldr x16, what follows the jump */
	add(code, 0xd61f0200); /* br x16 */
	memcpy(code->bytes + code->length, &target, sizeof(target));
	code->length += sizeof(target);
}

void code_call_of_kernel(struct code *code, uint32_t number)
{
	add(code, 0xd2800008 | number << 5); /* mov x8, number */
	add(code, 0xd4000001);		     /* svc 0 */
	add(code, 0xd65f03c0);		     /* ret */
}

void code_refusal(struct code *code)
{
	add(code, 0x92800000 | (ENOSYS - 1) << 5); /* mov x0, -ENOSYS */
	add(code, 0xd65f03c0);			   /* ret */
}

void code_getrandom(struct code *code)
{
	add(code, 0xb100049f); /* cmn x4, 1 */
	add(code, 0x54000080); /* b.eq behind the system call */
	code_call_of_kernel(code, SYS_getrandom);
	code_refusal(code);
}
