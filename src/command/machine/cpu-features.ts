import { readFileSync } from 'node:fs';

/**
 * Who in a Node process chooses code by the CPU, what each of them looks for (names of /proc/cpuinfo, in
 * native/restore/cpu.c too), and how it is told not to.
 */

/** V8's switch for each feature: `--no-enable-avx2`. */
export const V8_SWITCHES: Record<string, string> = {
  pni: 'sse3',
  ssse3: 'ssse3',
  sse4_1: 'sse4-1',
  sse4_2: 'sse4-2',
  lahf_lm: 'sahf',
  avx: 'avx',
  avx2: 'avx2',
  avx_vnni: 'avx-vnni',
  fma: 'fma3',
  f16c: 'f16c',
  bmi1: 'bmi1',
  bmi2: 'bmi2',
  abm: 'lzcnt',
  popcnt: 'popcnt',
};

/** glibc's names in GLIBC_TUNABLES=glibc.cpu.hwcaps. */
export const GLIBC_NAMES: Record<string, string[]> = {
  pni: ['SSE3'],
  ssse3: ['SSSE3'],
  sse4_1: ['SSE4_1'],
  sse4_2: ['SSE4_2'],
  popcnt: ['POPCNT'],
  avx: ['AVX'],
  avx2: ['AVX2', 'AVX2_Usable', 'AVX_Fast_Unaligned_Load'],
  fma: ['FMA'],
  bmi1: ['BMI1'],
  bmi2: ['BMI2'],
  abm: ['LZCNT'],
  movbe: ['MOVBE'],
  erms: ['ERMS'],
  fsrm: ['FSRM'],
  xsave: ['XSAVE', 'XSAVEC', 'OSXSAVE'],
  avx512f: ['AVX512F'],
  avx512cd: ['AVX512CD'],
  avx512bw: ['AVX512BW'],
  avx512dq: ['AVX512DQ'],
  avx512vl: ['AVX512VL'],
};

/**
 * The features that each x86-64 level has more than the level before. The last two have no level by name, and every CPU
 * of x86-64-v3: without them encryption is several times slower, and simdutf takes its slowest implementation.
 */
const V2 = ['pni', 'ssse3', 'sse4_1', 'sse4_2', 'popcnt', 'cx16', 'lahf_lm'];
const V3 = ['avx', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'abm', 'movbe', 'xsave', 'aes', 'pclmulqdq'];

export const CPU_LEVELS = ['native', 'baseline', 'x86-64-v2', 'x86-64-v3'] as const;
export type CpuLevel = (typeof CPU_LEVELS)[number];

/** Returns the features that programs of a level may use; undefined for `native`: all. */
export function allowedAt(level: CpuLevel): Set<string> | undefined {
  if (level === 'native') return undefined;
  if (level === 'baseline') return new Set();
  return new Set(level === 'x86-64-v2' ? V2 : [...V2, ...V3]);
}

/**
 * Implementations of simdutf and simdjson, best first. Each library chooses one of them as a whole, not feature by
 * feature.
 */
export const IMPLEMENTATIONS: Record<string, string[]> = {
  icelake: ['avx512f', 'avx512bw', 'avx512cd', 'avx512vl', 'avx512vbmi', 'avx512_vbmi2', 'avx512_vpopcntdq'],
  haswell: ['avx2', 'bmi1', 'bmi2', 'pclmulqdq', 'popcnt', 'abm'],
  westmere: ['sse4_2', 'pclmulqdq', 'popcnt'],
  fallback: [],
};

/** Returns the implementation that such a library takes on a CPU that has these. */
export const implementationFor = (has: ReadonlySet<string>): string =>
  Object.entries(IMPLEMENTATIONS).find(([, needs]) => needs.every((name) => has.has(name)))?.[0] ??
  'fallback';

/**
 * The bits of OPENSSL_ia32cap_P: its words, in order, are the registers EDX and ECX of leaf 1, EBX and ECX of leaf 7.
 */
export const OPENSSL_BITS: [word: number, bit: number, feature: string][] = [
  [1, 1, 'pclmulqdq'],
  [1, 9, 'ssse3'],
  [1, 12, 'fma'],
  [1, 19, 'sse4_1'],
  [1, 22, 'movbe'],
  [1, 25, 'aes'],
  [1, 28, 'avx'],
  [2, 3, 'bmi1'],
  [2, 5, 'avx2'],
  [2, 8, 'bmi2'],
  [2, 16, 'avx512f'],
  [2, 17, 'avx512dq'],
  [2, 19, 'adx'],
  [2, 21, 'avx512ifma'],
  [2, 29, 'sha_ni'],
  [2, 30, 'avx512bw'],
  [2, 31, 'avx512vl'],
  [3, 9, 'vaes'],
  [3, 10, 'vpclmulqdq'],
];

/** Features of arm64, where nobody has switches: a program uses what there is. */
const ARM = [
  'aes pmull sha1 sha2 crc32 atomics asimdrdm jscvt lrcpc sha3 asimddp sha512',
  'sve paca pacg sve2 bti mte mops',
]
  .join(' ')
  .split(' ');

/** Returns the CPU's features that matter; those of the first CPU, as the kernel names them. */
export function cpuFeatures(text = readFileSync('/proc/cpuinfo', 'utf8')): Set<string> {
  const [, list = ''] = text.match(/^(?:flags|Features)\s*:\s*(.*)$/m) ?? [];
  const known = new Set([
    ...Object.keys(V8_SWITCHES),
    ...Object.keys(GLIBC_NAMES),
    ...OPENSSL_BITS.map(([, , name]) => name),
    ...Object.values(IMPLEMENTATIONS).flat(),
    ...V2,
    ...ARM,
  ]);
  return new Set(list.split(/\s+/).filter((name) => known.has(name)));
}

export const armFeatures = (has: ReadonlySet<string>): string[] => ARM.filter((name) => has.has(name));
