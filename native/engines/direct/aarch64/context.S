	.text
	.globl context_save, context_jump, context_clone, context_signal_return
	.hidden context_save, context_jump, context_clone, context_signal_return
	.type context_save, %function
	.type context_jump, %function
	.type context_clone, %function
	.type context_signal_return, %function
context_save:
	stp x19, x20, [x0, #0]
	stp x21, x22, [x0, #16]
	stp x23, x24, [x0, #32]
	stp x25, x26, [x0, #48]
	stp x27, x28, [x0, #64]
	stp x29, x30, [x0, #80]
	mov x1, sp
	str x1, [x0, #96]
	stp d8, d9, [x0, #104]
	stp d10, d11, [x0, #120]
	stp d12, d13, [x0, #136]
	stp d14, d15, [x0, #152]
	mrs x1, fpcr
	str x1, [x0, #168]
	mov w0, #0
	ret
context_jump:
	ldp x19, x20, [x0, #0]
	ldp x21, x22, [x0, #16]
	ldp x23, x24, [x0, #32]
	ldp x25, x26, [x0, #48]
	ldp x27, x28, [x0, #64]
	ldp x29, x30, [x0, #80]
	ldr x1, [x0, #96]
	mov sp, x1
	ldp d8, d9, [x0, #104]
	ldp d10, d11, [x0, #120]
	ldp d12, d13, [x0, #136]
	ldp d14, d15, [x0, #152]
	ldr x1, [x0, #168]
	msr fpcr, x1
	mov w0, #1
	ret
context_clone:			/* flags, stack, parent_tid, child_tid, thread_pointer, context */
	mov x6, x3
	mov x3, x4		/* the kernel has the thread pointer before the child's number here */
	mov x4, x6
	mov x8, #220		/* clone */
	svc #0
	cbz x0, 1f
	ret
1:	mov x0, x5
	b context_jump
context_signal_return:
	mov x8, #139		/* rt_sigreturn */
	svc #0
	.section .note.GNU-stack, "", %progbits
