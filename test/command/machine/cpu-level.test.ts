import { expect, test } from 'vitest';
import { allowedAt, cpuFeatures, implementationFor } from '../../../src/command/machine/cpu-features.ts';
import { cpuLevel, cpuSettings, opensslSetting } from '../../../src/command/machine/cpu-level.ts';

test('a level is one of four words', () => {
  expect(cpuLevel(undefined)).toBe('native');
  expect(() => cpuLevel('v2')).toThrow('--cpu v2: expected native, baseline, x86-64-v2, x86-64-v3');
  expect(cpuLevel('native', 'arm64')).toBe('native');
  expect(() => cpuLevel('baseline', 'arm64')).toThrow(
    '--cpu baseline: on arm64 there are no switches for this',
  );
});

test('features are those of the first CPU that matter, by the names of the kernel', () => {
  const text =
    'processor\t: 0\nflags\t\t: fpu sse2 ssse3 avx2 rdpid\nbugs\t\t: spectre\n\nprocessor\t: 1\nflags\t: avx512f\n';
  expect([...cpuFeatures(text)]).toEqual(['ssse3', 'avx2']);
  expect([...cpuFeatures('Features\t: fp asimd aes atomics\n')]).toEqual(['aes', 'atomics']);
  expect([...cpuFeatures('')]).toEqual([]);
});

test('what a level allows a library to choose', () => {
  expect(implementationFor(allowedAt('baseline') as Set<string>)).toBe('fallback');
  // westmere wants PCLMUL, which comes with x86-64-v3 only
  expect(implementationFor(allowedAt('x86-64-v2') as Set<string>)).toBe('fallback');
  expect(implementationFor(allowedAt('x86-64-v3') as Set<string>)).toBe('haswell');
  expect(implementationFor(new Set(['sse4_2', 'pclmulqdq', 'popcnt']))).toBe('westmere');
});

test.runIf(process.arch === 'x64')('native changes nothing; what is set already stays beside it', () => {
  expect(cpuSettings('native', process.execPath)).toEqual({ nodeOptions: [], environment: {} });
  const { nodeOptions, environment } = cpuSettings('x86-64-v2', process.execPath, {
    GLIBC_TUNABLES: 'glibc.malloc.arena_max=1:glibc.cpu.hwcaps=-ERMS',
  });
  expect(nodeOptions).toContain('--no-enable-avx2');
  expect(nodeOptions).not.toContain('--no-enable-sse4-2');
  const [first, second, ...more] = environment.GLIBC_TUNABLES?.split(':') ?? [];
  expect({ first, more }).toEqual({ first: 'glibc.malloc.arena_max=1', more: [] });
  expect(second).toMatch(/^glibc\.cpu\.hwcaps=(-[A-Za-z0-9_]+,)*-AVX2,/);
  expect(second).not.toContain('SSE4_2');
});

test('OpenSSL: the words are EDX and ECX of leaf 1, EBX and ECX of leaf 7; what is allowed stays', () => {
  expect(opensslSetting('native')).toBeUndefined();
  expect(opensslSetting('baseline')).toBe(
    '~0xffffffff00000000:~0xffffffffffffffff:~0xffffffffffffffff:~0xffffffffffffffff',
  );
  // SSSE3 (bit 9) and SSE4.1 (bit 19) of ECX
  expect(opensslSetting('x86-64-v2')).toBe(
    '~0xfff7fdff00000000:~0xffffffffffffffff:~0xffffffffffffffff:~0xffffffffffffffff',
  );
  // AES (bit 25) and PCLMUL (bit 1) besides: each CPU of this level has them.
  const [first = ''] = opensslSetting('x86-64-v3')?.split(':') ?? [];
  const left = ~BigInt(first.slice(1)) & (0xffffffffn << 32n);
  for (const bit of [1n, 25n]) expect((left >> (32n + bit)) & 1n).toBe(1n);
});
