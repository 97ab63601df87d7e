#include "engines/direct/vdso-code.h"

#include <string.h>
#include <sys/syscall.h>

static void add(struct code *code, const void *bytes, uint64_t length)
{
	memcpy(code->bytes + code->length, bytes, length);
	code->length += length;
}
#define ADD(code, ...) add(code, (const unsigned char[]){ __VA_ARGS__ }, sizeof((const unsigned char[]){ __VA_ARGS__ }))

void code_begin(struct code *code)
{
	code->length = 0;
	ADD(code, 0xf3, 0x0f, 0x1e, 0xfa); /* endbr64 */
}

void code_jump(struct code *code, uint64_t target)
{
	ADD(code, 0x48, 0xb8); /* movabs $target, %rax */
	add(code, &target, sizeof(target));
	ADD(code, 0xff, 0xe0); /* jmp *%rax */
}

void code_call_of_kernel(struct code *code, uint32_t number)
{
	ADD(code, 0xb8); /* mov $number, %eax */
	add(code, &number, sizeof(number));
	ADD(code, 0x0f, 0x05, 0xc3); /* syscall; ret */
}

void code_refusal(struct code *code)
{
	ADD(code, 0x48, 0xc7, 0xc0, 0xda, 0xff, 0xff, 0xff, 0xc3); /* mov $-ENOSYS, %rax; ret */
}

void code_getrandom(struct code *code)
{
	ADD(code, 0x49, 0x83, 0xf8, 0xff, 0x74, 0x08); /* cmp $-1, %r8; je behind the system call */
	code_call_of_kernel(code, SYS_getrandom);
	code_refusal(code);
}
