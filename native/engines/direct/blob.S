/* The restorer, as the build has made it (scripts/build.mjs). */
	.section .rodata
	.balign 4096
	.globl restorer_begin, restorer_end
restorer_begin:
	.incbin "native/build/restorer.bin"
restorer_end:
	.section .note.GNU-stack, "", @progbits
