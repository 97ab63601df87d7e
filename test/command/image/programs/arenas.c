/* A C program in the tree: it dirties glibc's main arena and those of two threads, stands still for the checkpoint,
 * and says after it whether everything that calloc returns is zero. Between lines of its input it does a round. */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS 3000

static pthread_barrier_t turn;
static int bad;

static size_t size_of(unsigned *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return 16 + (*seed >> 8) % ((*seed & 15) ? 3000 : 60000); /* all below the size that gets a mapping of its own */
}

static int is_zero(const unsigned char *block, size_t size)
{
	return block[0] == 0 && memcmp(block, block + 1, size - 1) == 0;
}

/* Leaves the heap full of other bytes, with holes, and its top given back. */
static void round_of(unsigned seed)
{
	static _Thread_local unsigned char *kept[BLOCKS];

	for (int i = 0; i < BLOCKS; i++) {
		size_t size = size_of(&seed);

		if (kept[i] && i % 3 == 0)
			continue;
		free(kept[i]);
		kept[i] = calloc(1, size);
		if (!is_zero(kept[i], size))
			__atomic_add_fetch(&bad, 1, __ATOMIC_SEQ_CST);
		memset(kept[i], 0xa5, size);
	}
	for (int i = BLOCKS / 2; i < BLOCKS; i++) {
		free(kept[i]);
		kept[i] = NULL;
	}
	malloc_trim(0);
}

static void *thread(void *number)
{
	for (unsigned seed = (unsigned)(size_t)number;; seed += 7) {
		pthread_barrier_wait(&turn);
		round_of(seed);
		pthread_barrier_wait(&turn);
	}
	return NULL;
}

int main(void)
{
	char line[64];
	pthread_t threads[2];

	pthread_barrier_init(&turn, NULL, 3);
	for (size_t i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, thread, (void *)(i + 1));
	for (unsigned seed = 99; fgets(line, sizeof(line), stdin); seed += 3) {
		pthread_barrier_wait(&turn);
		round_of(seed);
		pthread_barrier_wait(&turn);
		printf("%d blocks of calloc are not zero\n", bad);
		fflush(stdout);
	}
	return 0;
}
