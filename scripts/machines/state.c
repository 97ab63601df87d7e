/* What program.js has besides, where there is such a thing: a thread with values in all registers that every CPU has, a
 * guard page (Linux 6.13), memory that the kernel may drop (6.11). The variable STATE has the two addresses, or 0. Not with
 * the engine criu: it asks an older kernel for such memory, too, and fails (CRIU 4.2.1). */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MAP_DROP 0x08
#define ADVISE_GUARD 102

#define EACH(_) _(0) _(1) _(2) _(3) _(4) _(5) _(6) _(7) _(8) _(9) _(10) _(11) _(12) _(13) _(14) _(15)
#define LOAD(n) "movdqu " #n "*16(%1), %%xmm" #n "\n"
#define SAVE(n) "movdqu %%xmm" #n ", " #n "*16(%2)\n"

/* Registers that were lost on the way would end the program. */
static void *keep(void *data)
{
	static unsigned char before[256], after[256];

	for (int i = 0; i < 256; i++)
		before[i] = (unsigned char)(i * 7 + 1);
	for (;;) {
		unsigned long turns = 20000000;

		__asm__ volatile(EACH(LOAD) "1: pause\n dec %0\n jnz 1b\n" EACH(SAVE)
				 : "+r"(turns) : "r"(before), "r"(after)
				 : "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
				   "xmm12", "xmm13", "xmm14", "xmm15");
		if (memcmp(before, after, sizeof(before)) != 0)
			abort();
	}
	return data;
}

__attribute__((constructor)) static void begin(void)
{
	char *pages = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *dropped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_DROP | MAP_ANONYMOUS, -1, 0);
	int guarded = madvise(pages + 4096, 4096, ADVISE_GUARD) == 0;
	pthread_t thread;
	char text[64];

	memset(pages, 1, 4096);
	memset(pages + 8192, 1, 4096);
	snprintf(text, sizeof(text), "%lu %lu", guarded ? (unsigned long)pages + 4096 : 0,
		 dropped == MAP_FAILED ? 0 : (unsigned long)dropped);
	setenv("STATE", text, 1);
	pthread_create(&thread, NULL, keep, NULL);
}
