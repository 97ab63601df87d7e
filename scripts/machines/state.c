/* What program.js has besides, where there is such a thing: a thread with values in all registers that every CPU has, a
 * guard page (Linux 6.13), memory that the kernel may drop (6.11). The variable STATE has the two addresses, or 0. Not with
 * the engine criu: it asks an older kernel for such memory, too, and fails (CRIU 4.2.1). */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAP_DROP 0x08
#define ADVISE_GUARD 102

#define EACH(_) _(0) _(1) _(2) _(3) _(4) _(5) _(6) _(7) _(8) _(9) _(10) _(11) _(12) _(13) _(14) _(15)
#ifdef __aarch64__
#define LOAD(n) "ldr q" #n ", [%1, #" #n "*16]\n"
#define SAVE(n) "str q" #n ", [%2, #" #n "*16]\n"
#define TURN "1: yield\n subs %0, %0, #1\n b.ne 1b\n"
#define NAME(n) "v" #n
#else
#define LOAD(n) "movdqu " #n "*16(%1), %%xmm" #n "\n"
#define SAVE(n) "movdqu %%xmm" #n ", " #n "*16(%2)\n"
#define TURN "1: pause\n dec %0\n jnz 1b\n"
#define NAME(n) "xmm" #n
#endif

/* Registers that were lost on the way would end the program. */
static void *keep(void *data)
{
	static unsigned char before[256], after[256];

	for (int i = 0; i < 256; i++)
		before[i] = (unsigned char)(i * 7 + 1);
	for (;;) {
		unsigned long turns = 20000000;

		__asm__ volatile(EACH(LOAD) TURN EACH(SAVE)
				 : "+r"(turns) : "r"(before), "r"(after)
				 : "cc", "memory", NAME(0), NAME(1), NAME(2), NAME(3), NAME(4), NAME(5), NAME(6), NAME(7), NAME(8), NAME(9),
				   NAME(10), NAME(11), NAME(12), NAME(13), NAME(14), NAME(15));
		if (memcmp(before, after, sizeof(before)) != 0)
			abort();
	}
	return data;
}

__attribute__((constructor)) static void begin(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *dropped = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_DROP | MAP_ANONYMOUS, -1, 0);
	int guarded = madvise(pages + page, page, ADVISE_GUARD) == 0;
	pthread_t thread;
	char text[64];

	memset(pages, 1, page);
	memset(pages + 2 * page, 1, page);
	snprintf(text, sizeof(text), "%lu %lu", guarded ? (unsigned long)pages + page : 0,
		 dropped == MAP_FAILED ? 0 : (unsigned long)dropped);
	setenv("STATE", text, 1);
	pthread_create(&thread, NULL, keep, NULL);
}
