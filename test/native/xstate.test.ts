import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const NATIVE = join(import.meta.dirname, '../../native');
const CC = process.env.CC || 'cc';
const canRun =
  process.platform === 'linux' && process.arch === 'x64' && spawnSync(CC, ['--version']).status === 0;

/**
 * A signal interrupts code that has values in all vector registers. Its frame is written as another CPU would have
 * written it (the parts elsewhere, and one that this CPU has not), and then for this one: the kernel takes it, and every
 * register is as it was.
 */
const PROGRAM = `
#define _GNU_SOURCE
#include "engines/direct/x86_64/inside/xstate.c"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct handover handover;
void die_restored(int code, const char *what, const char *name, long error) { (void)what; (void)name; (void)error; exit(code); }

#define MOVED 256 /* a part further off */
static unsigned char elsewhere[65536] __attribute__((aligned(64)));
static int converted;

static void handle(int number, siginfo_t *info, void *given)
{
	ucontext_t *context = given;
	unsigned char *from = (unsigned char *)context->uc_mcontext.fpregs;
	struct description *description = (struct description *)(from + IN_LEGACY);

	(void)number; (void)info;
	lay_out(&programs);
	if (description->magic != FIRST_MAGIC || !programs.features) {
		converted = -1;
		return;
	}
	memcpy(elsewhere, from, FIXED);
	for (int i = 3; i < PARTS; i++) {
		if (!(programs.features >> i & 1))
			continue;
		programs.offset[i] += MOVED;
	}
	lay_out(&here);
	for (int i = 2; i < PARTS; i++)
		if (description->features >> i & 1)
			memcpy(elsewhere + programs.offset[i], from + here.offset[i], here.size[i]);
	/* and one more, that this CPU cannot load */
	programs.features |= 1ull << 62;
	programs.offset[62] = 3000;
	programs.size[62] = 64;
	((struct description *)(elsewhere + IN_LEGACY))->features |= 1ull << 62;
	*(uint64_t *)(elsewhere + 512) |= 1ull << 62;
	memset(from, 0xff, FIXED); /* nothing is taken from there any more */
	context->uc_mcontext.fpregs = (fpregset_t)elsewhere;
	xstate_begin(1);
	xstate_convert(context, 0);
	converted = context->uc_mcontext.fpregs == (fpregset_t)frames;
}

static unsigned char before[32 * 64], after[32 * 64];

#define EACH16(_) _(0) _(1) _(2) _(3) _(4) _(5) _(6) _(7) _(8) _(9) _(10) _(11) _(12) _(13) _(14) _(15)
#define EACH32(_) EACH16(_) _(16) _(17) _(18) _(19) _(20) _(21) _(22) _(23) _(24) _(25) _(26) _(27) _(28) _(29) _(30) _(31)
#define LOAD_ZMM(n) "vmovdqu64 " #n "*64(%0), %%zmm" #n "\\n"
#define SAVE_ZMM(n) "vmovdqu64 %%zmm" #n ", " #n "*64(%1)\\n"
#define LOAD_YMM(n) "vmovdqu " #n "*64(%0), %%ymm" #n "\\n"
#define SAVE_YMM(n) "vmovdqu %%ymm" #n ", " #n "*64(%1)\\n"
#define SIGNAL "syscall\\n" /* kill(getpid(), SIGUSR1) */

int main(void)
{
	struct sigaction action = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO };
	size_t length = 0;
	long self = getpid(), result = 62;

	for (size_t i = 0; i < sizeof(before); i++)
		before[i] = (unsigned char)(i * 7 + 1);
	sigaction(SIGUSR1, &action, NULL);
	if (__builtin_cpu_supports("avx512f")) {
		length = 64;
		__asm__ volatile(EACH32(LOAD_ZMM) SIGNAL EACH32(SAVE_ZMM) : "+r"((const unsigned char *){ before }), "+r"((unsigned char *){ after }), "+a"(result) : "D"(self), "S"(SIGUSR1) : "rcx", "r11", "memory");
	} else if (__builtin_cpu_supports("avx")) {
		length = 32;
		__asm__ volatile(EACH16(LOAD_YMM) SIGNAL EACH16(SAVE_YMM) : "+r"((const unsigned char *){ before }), "+r"((unsigned char *){ after }), "+a"(result) : "D"(self), "S"(SIGUSR1) : "rcx", "r11", "memory");
	}
	for (size_t i = 0; i < (length == 64 ? 32 : 16) * 64; i++)
		if (i % 64 < length && before[i] != after[i]) {
			printf("byte %zu of register %zu is lost\\n", i % 64, i / 64);
			return 1;
		}
	puts(length == 0 || converted < 0 ? "has no such registers" : converted ? "the same" : "was not converted");
	return 0;
}
`;

test.skipIf(!canRun)(
  `registers come from another CPU's layout to this one's (needs x64 and a C compiler, ${CC})`,
  () => {
    const place = mkdtempSync(join(tmpdir(), 'xstate-'));
    try {
      writeFileSync(join(place, 'xstate.c'), PROGRAM);
      const program = join(place, 'xstate');
      execFileSync(CC, ['-g', '-O1', '-w', '-I', NATIVE, '-o', program, join(place, 'xstate.c')]);
      const { stdout, status, signal } = spawnSync(program, { encoding: 'utf8' });
      expect({ stdout, status, signal }).toEqual({
        stdout: expect.stringMatching(/^(the same|has no such registers)\n$/),
        status: 0,
        signal: null,
      });
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  },
);
