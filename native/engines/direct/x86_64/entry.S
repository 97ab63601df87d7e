/* The first byte of the flat binary. In: the plan in rdi, the end of the stack in rsi. */
	.section .text.entry, "ax"
	.globl entry
entry:
	mov %rsi, %rsp
	xor %ebp, %ebp
	and $-16, %rsp
	call restore
	hlt
	.section .note.GNU-stack, "", @progbits
