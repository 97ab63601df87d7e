#define _GNU_SOURCE
#include "restore/cpu.h"

#include <stdint.h>
#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#else
#include <sys/auxv.h>
#endif

/* Names are those of /proc/cpuinfo, which a large machine needs milliseconds to write: the CPU itself is asked. The same
 * names are in src/command/machine/cpu-features.ts. */

struct feature {
	const char *name;
	int word, bit;
};

#ifdef __x86_64__

enum { LEAF1_C, LEAF7_B, LEAF7_C, LEAF7_D, LEAF71_A, LEAF81_C, WORDS };

static const struct feature features[] = {
	{ "pni", LEAF1_C, 0 },          { "pclmulqdq", LEAF1_C, 1 },   { "ssse3", LEAF1_C, 9 },
	{ "fma", LEAF1_C, 12 },         { "cx16", LEAF1_C, 13 },       { "sse4_1", LEAF1_C, 19 },
	{ "sse4_2", LEAF1_C, 20 },      { "movbe", LEAF1_C, 22 },      { "popcnt", LEAF1_C, 23 },
	{ "aes", LEAF1_C, 25 },         { "xsave", LEAF1_C, 27 },      { "avx", LEAF1_C, 28 },
	{ "f16c", LEAF1_C, 29 },        { "rdrand", LEAF1_C, 30 },     { "bmi1", LEAF7_B, 3 },
	{ "avx2", LEAF7_B, 5 },         { "bmi2", LEAF7_B, 8 },        { "erms", LEAF7_B, 9 },
	{ "avx512f", LEAF7_B, 16 },     { "avx512dq", LEAF7_B, 17 },   { "rdseed", LEAF7_B, 18 },
	{ "adx", LEAF7_B, 19 },         { "avx512ifma", LEAF7_B, 21 }, { "avx512cd", LEAF7_B, 28 },
	{ "sha_ni", LEAF7_B, 29 },      { "avx512bw", LEAF7_B, 30 },   { "avx512vl", LEAF7_B, 31 },
	{ "avx512vbmi", LEAF7_C, 1 },   { "avx512_vbmi2", LEAF7_C, 6 }, { "gfni", LEAF7_C, 8 },
	{ "vaes", LEAF7_C, 9 },         { "vpclmulqdq", LEAF7_C, 10 }, { "avx512_bitalg", LEAF7_C, 12 },
	{ "avx512_vpopcntdq", LEAF7_C, 14 }, { "fsrm", LEAF7_D, 4 },   { "avx_vnni", LEAF71_A, 4 },
	{ "lahf_lm", LEAF81_C, 0 },     { "abm", LEAF81_C, 5 },
};

/* Tells whether the operating system keeps a feature's registers over a change of tasks: else it cannot be used,
 * whatever the CPU says. */
static bool kept(const char *name, const uint32_t *words)
{
	bool wide = strncmp(name, "avx512", 6) == 0;
	bool needs = wide || strncmp(name, "avx", 3) == 0 || strcmp(name, "fma") == 0 || strcmp(name, "f16c") == 0 ||
		     strcmp(name, "vaes") == 0 || strcmp(name, "vpclmulqdq") == 0;
	uint32_t low, high, mask = wide ? 0xe6 : 0x6;

	if (!needs)
		return true;
	if (!(words[LEAF1_C] & (1u << 27)))
		return false;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (low & mask) == mask;
}

static void words_of(uint32_t *words)
{
	uint32_t a, b, c, d;

	memset(words, 0, WORDS * sizeof(*words));
	__cpuid(1, a, b, words[LEAF1_C], d);
	if (__get_cpuid_max(0, NULL) >= 7) {
		__cpuid_count(7, 0, a, words[LEAF7_B], words[LEAF7_C], words[LEAF7_D]);
		if (a >= 1)
			__cpuid_count(7, 1, words[LEAF71_A], b, c, d);
	}
	__cpuid(0x80000001, a, b, words[LEAF81_C], d); /* every CPU of 64 bits has it */
}

static const char *const levels[][12] = {
	{ "x86-64-v3", "pni", "ssse3", "sse4_1", "sse4_2", "popcnt", "avx", "avx2", "bmi1", "bmi2", "fma", NULL },
	{ "x86-64-v2", "pni", "ssse3", "sse4_1", "sse4_2", "popcnt", "cx16", "lahf_lm", NULL },
};

/* Returns the highest value of `crac run --cpu` whose images this CPU can run. */
const char *cpu_level(void)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		bool all = true;

		for (int j = 1; levels[i][j] && all; j++)
			all = cpu_has(levels[i][j]);
		if (all)
			return levels[i][0];
	}
	return "baseline";
}

#else

enum { HWCAP, HWCAP2, WORDS };

static const struct feature features[] = {
	{ "aes", HWCAP, 3 },      { "pmull", HWCAP, 4 },  { "sha1", HWCAP, 5 },    { "sha2", HWCAP, 6 },
	{ "crc32", HWCAP, 7 },    { "atomics", HWCAP, 8 }, { "asimdrdm", HWCAP, 12 }, { "jscvt", HWCAP, 13 },
	{ "lrcpc", HWCAP, 15 },   { "sha3", HWCAP, 17 },  { "asimddp", HWCAP, 20 }, { "sha512", HWCAP, 21 },
	{ "sve", HWCAP, 22 },     { "paca", HWCAP, 30 },  { "pacg", HWCAP, 31 },   { "sve2", HWCAP2, 1 },
	{ "bti", HWCAP2, 17 },    { "mte", HWCAP2, 18 },  { "mops", HWCAP2, 43 },
};

static bool kept(const char *name, const uint64_t *words)
{
	(void)name;
	(void)words;
	return true;
}

static void words_of(uint64_t *words)
{
	words[HWCAP] = getauxval(AT_HWCAP);
	words[HWCAP2] = getauxval(AT_HWCAP2);
}

const char *cpu_level(void)
{
	return "baseline";
}

#endif

/* Tells whether this CPU has what /proc/cpuinfo calls so; false for a name that this version does not know. */
bool cpu_has(const char *name)
{
#ifdef __x86_64__
	static uint32_t words[WORDS];
#else
	static uint64_t words[WORDS];
#endif
	static bool is_asked;

	if (!is_asked)
		words_of(words); /* once: in a virtual machine each cpuid costs 25 microseconds */
	is_asked = true;
	for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++)
		if (strcmp(features[i].name, name) == 0)
			return (words[features[i].word] >> features[i].bit & 1) && kept(name, words);
	return false;
}
