	.text
	.globl context_save, context_jump, context_clone, context_signal_return
	.hidden context_save, context_jump, context_clone, context_signal_return
	.type context_save, @function
	.type context_jump, @function
	.type context_clone, @function
	.type context_signal_return, @function
context_save:
	mov %rbx, 0(%rdi)
	mov %rbp, 8(%rdi)
	mov %r12, 16(%rdi)
	mov %r13, 24(%rdi)
	mov %r14, 32(%rdi)
	mov %r15, 40(%rdi)
	lea 8(%rsp), %rax
	mov %rax, 48(%rdi)
	mov (%rsp), %rax
	mov %rax, 56(%rdi)
	stmxcsr 64(%rdi)
	fnstcw 68(%rdi)
	xor %eax, %eax
	ret
context_jump:
	mov 0(%rdi), %rbx
	mov 8(%rdi), %rbp
	mov 16(%rdi), %r12
	mov 24(%rdi), %r13
	mov 32(%rdi), %r14
	mov 40(%rdi), %r15
	ldmxcsr 64(%rdi)
	fldcw 68(%rdi)
	mov 48(%rdi), %rsp
	mov $1, %eax
	jmp *56(%rdi)
context_clone:
	mov %rcx, %r10		/* the system call's fourth argument */
	mov $56, %eax		/* clone */
	syscall
	test %rax, %rax
	jz 1f
	ret
1:	mov %r9, %rdi
	jmp context_jump
context_signal_return:
	mov $15, %eax		/* rt_sigreturn */
	syscall
	.section .note.GNU-stack, "", @progbits
