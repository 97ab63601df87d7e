/* The restorer, as the build has made it (scripts/native.mjs, which names its directory). */
	.section .rodata
	.balign 4096
	.globl restorer_begin, restorer_end
restorer_begin:
	.incbin "restorer.bin"
restorer_end:
	.section .note.GNU-stack, "", @progbits
