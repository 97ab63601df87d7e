import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const NATIVE = join(import.meta.dirname, '../../native');
const CC = process.env.CC || 'cc';
const canRun =
  process.platform === 'linux' && process.arch === 'x64' && spawnSync(CC, ['--version']).status === 0;

/** Plays a program of one kernel under another: with this kernel's own vDSO, whole, and with the names of its functions spoiled. */
const PROGRAM = `
#define _GNU_SOURCE
#include "engines/direct/vdso-bridge.h"
#include "engines/direct/vdso-symbols.h"
#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static unsigned char *kernels, *page, *spoiled;
static unsigned long length;
static struct vdso vdso;

static unsigned long vdso_length(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long start, end;
	char line[4200];

	while (fgets(line, sizeof(line), maps))
		if (strstr(line, "[vdso]") && sscanf(line, "%lx-%lx", &start, &end) == 2)
			return end - start;
	return 0;
}

static const char *bridge(const unsigned char *now)
{
	struct vdso_image programs = { kernels, length }, other = { now, length };
	const char *wrong;

	mprotect(page, length, PROT_READ | PROT_WRITE);
	memcpy(page, kernels, length);
	wrong = vdso_bridge(&programs, page, &other, (uint64_t)kernels);
	mprotect(page, length, PROT_READ | PROT_EXEC);
	return wrong;
}

static void *function(const char *name)
{
	uint64_t offset;

	return vdso_find(&vdso, name, &offset) ? page + offset : NULL;
}

static double difference(const struct timespec *a, const struct timespec *b)
{
	return (double)(b->tv_sec - a->tv_sec) + (double)(b->tv_nsec - a->tv_nsec) / 1e9;
}

static void look(void)
{
	int (*gettime)(int, struct timespec *) = function("clock_gettime"), (*getres)(int, struct timespec *) = function("clock_getres");
	int (*day)(struct timeval *, void *) = function("gettimeofday"), (*cpu)(unsigned *, unsigned *, void *) = function("getcpu");
	time_t (*seconds)(time_t *) = function("time");
	long (*drawn)(void *, size_t, unsigned, void *, size_t) = function("getrandom");
	static const int clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_PROCESS_CPUTIME_ID };
	struct timespec mine, theirs, resolution[2];
	struct timeval now;
	unsigned number = 1 << 30, node;
	cpu_set_t allowed;
	time_t then;

	for (int i = 0; i < 4; i++) {
		if (syscall(SYS_clock_gettime, clocks[i], &mine) || gettime(clocks[i], &theirs))
			abort();
		/* the coarse clocks may stand a tick behind; nobody waits for a minute between two lines */
		printf("clock %d: %s\\n", clocks[i], difference(&mine, &theirs) > -0.1 && difference(&mine, &theirs) < 60 ? "right" : "wrong");
	}
	printf("no clock: %d\\n", gettime(4711, &theirs));
	printf("resolution: %s\\n", getres(CLOCK_MONOTONIC, &resolution[0]) == 0 && clock_getres(CLOCK_MONOTONIC, &resolution[1]) == 0 &&
	       resolution[0].tv_nsec == resolution[1].tv_nsec ? "right" : "wrong");
	syscall(SYS_clock_gettime, CLOCK_REALTIME, &mine);
	printf("day: %s\\n", day(&now, NULL) == 0 && now.tv_sec - mine.tv_sec >= 0 && now.tv_sec - mine.tv_sec < 60 ? "right" : "wrong");
	printf("time: %s\\n", seconds(&then) == then && then - mine.tv_sec >= -1 && then - mine.tv_sec < 60 ? "right" : "wrong");
	sched_getaffinity(0, sizeof(allowed), &allowed);
	printf("cpu: %s\\n", cpu(&number, &node, NULL) == 0 && CPU_ISSET(number, &allowed) ? "right" : "wrong");
	if (drawn) {
		unsigned char a[32], b[32], state[4096] = { 0 };
		unsigned asked[64] = { 0 };
		long state_length = drawn(NULL, 0, 0, asked, ~0ul);

		printf("random: %ld %ld %d\\n", drawn(a, 32, 0, state, 1), drawn(b, 32, 0, state, 1), memcmp(a, b, 32) != 0);
		printf("state: %s\\n", state_length == -ENOSYS ? "none" : state_length == 0 && asked[0] > 0 ? "there" : "wrong");
		printf("flags: %ld\\n", drawn(a, 32, 0xffff, state, 1));
	}
}

/* The names of all functions, so that none is found. */
static void spoil(void)
{
	struct vdso_function each;

	memcpy(spoiled, kernels, length);
	for (uint64_t i = 0; i < vdso.count; i++)
		if (vdso_function(&vdso, i, &each)) {
			const char *from = (const char *)kernels + vdso.names + ((const Elf64_Sym *)(kernels + vdso.symbols))[i].st_name;

			memset(spoiled + (from - (const char *)kernels), 'x', strlen(from));
		}
}

int main(void)
{
	const char *wrong;

	kernels = (unsigned char *)getauxval(AT_SYSINFO_EHDR);
	length = vdso_length();
	if (!kernels || !length || !vdso_read(&vdso, kernels, length))
		return 2;
	page = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	spoiled = malloc(length);
	if ((wrong = bridge(kernels)))
		printf("%s\\n", wrong);
	look();
	spoil();
	puts("none of the functions");
	if ((wrong = bridge(spoiled)))
		printf("%s\\n", wrong);
	look();
	memset(spoiled, 0, 64);
	puts(bridge(spoiled));
	return 0;
}
`;

test.skipIf(!canRun)(
  `a vDSO of another kernel leads to this one's, or to system calls (needs x64 and a C compiler, ${CC})`,
  () => {
    const place = mkdtempSync(join(tmpdir(), 'vdso-bridge-'));
    try {
      writeFileSync(join(place, 'bridge.c'), PROGRAM);
      const program = join(place, 'bridge');
      execFileSync(CC, [
        ...['-g', '-O1', '-Wall', '-Wextra', '-Werror', '-I', NATIVE, '-o', program, join(place, 'bridge.c')],
        ...['vdso-bridge.c', 'vdso-symbols.c', 'x86_64/loader/vdso-code.c'].map((name) =>
          join(NATIVE, 'engines/direct', name),
        ),
      ]);
      const { stdout, status } = spawnSync(program, { encoding: 'utf8' });
      const has = stdout.includes('random: ');
      const right = (state: string) => [
        ...[0, 1, 7, 2].map((clock) => `clock ${clock}: right`),
        'no clock: -22',
        ...['resolution', 'day', 'time', 'cpu'].map((what) => `${what}: right`),
        ...(has ? ['random: 32 32 1', `state: ${state}`, 'flags: -22'] : []),
      ];
      expect(stdout.trim().split('\n')).toEqual([
        ...right('there'),
        'none of the functions',
        ...right('none'),
        "this kernel's vDSO cannot be read",
      ]);
      expect(status).toBe(0);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  },
);
