/* The first byte of the flat binary. In: the plan in x0, the end of the stack in x1. */
	.section .text.entry, "ax"
	.globl entry
entry:
	and x1, x1, #-16
	mov sp, x1
	mov x29, #0
	mov x30, #0
	bl restore
	brk #0
	.section .note.GNU-stack, "", %progbits
