import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { CommandError, EXIT } from '../base/command-error.ts';
import {
  allowedAt,
  CPU_LEVELS,
  type CpuLevel,
  GLIBC_NAMES,
  implementationFor,
  OPENSSL_BITS,
  V8_SWITCHES,
} from './cpu-features.ts';
import { type Variable, variablesOf } from './node-memory.ts';

export const CPU_OPTION = {
  value: 'LEVEL',
  help: 'native (default), or what the image may use at most of a CPU, to run on others: baseline, x86-64-v2, x86-64-v3',
} as const;

/** @throws CommandError for another word */
export function cpuLevel(text: string | undefined, arch: string = process.arch): CpuLevel {
  const level = CPU_LEVELS.find((known) => known === (text ?? 'native'));
  if (!level) throw new CommandError(`--cpu ${text}: expected ${CPU_LEVELS.join(', ')}`, EXIT.usage);
  if (level !== 'native' && arch !== 'x64')
    throw new CommandError(
      `--cpu ${level}: on ${arch} there are no switches for this; leave it out, and make the image on the least of the machines`,
      EXIT.usage,
    );
  return level;
}

export interface CpuSettings {
  nodeOptions: string[];
  environment: Record<string, string>;
}

/**
 * Returns the settings that make a program take no more of the CPU than the level has: everybody in it looks once, at
 * its start.
 */
export function cpuSettings(
  level: CpuLevel,
  node: string,
  environment: NodeJS.ProcessEnv = process.env,
): CpuSettings {
  const allowed = allowedAt(level);
  if (!allowed) return { nodeOptions: [], environment: {} };
  const off = (feature: string) => !allowed.has(feature);
  const known = switchesOf(node);
  const implementation = implementationFor(allowed);
  return {
    nodeOptions: Object.entries(V8_SWITCHES)
      .filter(([feature, name]) => off(feature) && known.has(name))
      .map(([, name]) => `--no-enable-${name}`),
    environment: {
      GLIBC_TUNABLES: [...otherTunables(environment.GLIBC_TUNABLES), `glibc.cpu.hwcaps=${hwcaps(off)}`].join(
        ':',
      ),
      // The dynamic linker's lazy way saves registers by XSAVE, as it has found it at its start.
      LD_BIND_NOW: '1',
      OPENSSL_ia32cap: opensslSetting(level) as string,
      SIMDUTF_FORCE_IMPLEMENTATION: implementation,
      SIMDJSON_FORCE_IMPLEMENTATION: implementation,
      ...zlibSetting(node, off),
    },
  };
}

/** Returns names of V8's `--enable-…` of this node: each version has others. One node that lists them all is asked. */
function switchesOf(node: string): Set<string> {
  const { stdout, error } = spawnSync(node, ['--v8-options'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
    maxBuffer: 1 << 24,
  });
  if (error)
    throw new CommandError(
      `cannot ask ${node} for its options: ${error.message}. Give a Node that runs here by --node`,
      EXIT.usage,
      {
        cause: error,
      },
    );
  return new Set([...stdout.matchAll(/--(?:no-)?enable-([a-z0-9-]+)/g)].map(([, name]) => name as string));
}

const hwcaps = (off: (feature: string) => boolean): string =>
  Object.entries(GLIBC_NAMES)
    .filter(([feature]) => off(feature))
    .flatMap(([, names]) => names.map((name) => `-${name}`))
    .join(',');

const otherTunables = (set: string | undefined): string[] =>
  (set ?? '').split(':').filter((one) => one !== '' && !one.startsWith('glibc.cpu.hwcaps='));

/** Writes OpenSSL's setting: `~` takes bits away; OpenSSL before 3.5 reads two of the numbers only. */
export function opensslSetting(level: CpuLevel): string | undefined {
  const allowed = allowedAt(level);
  if (!allowed) return undefined;
  const words = [0, 0xffffffff, 0xffffffff, 0xffffffff];
  for (const [word, bit, feature] of OPENSSL_BITS)
    if (allowed.has(feature)) words[word] = ((words[word] as number) & ~(1 << bit)) >>> 0;
  const pair = (low = 0, high = 0) => `~0x${((BigInt(high) << 32n) | BigInt(low)).toString(16)}`;
  const all = '~0xffffffffffffffff';
  return [pair(words[0], words[1]), pair(words[2], words[3]), all, all].join(':');
}

/** Returns which of zlib's variables are to be zero, for src/program/fixups/zlib-cpu.ts; only in this very binary. */
function zlibSetting(node: string, off: (feature: string) => boolean): Record<string, string> {
  const variables = variablesOf(node);
  const wanted: [Variable, boolean][] = [
    ['zlib', off('pclmulqdq')],
    ['zlibSsse3', off('ssse3')],
    ['zlibAvx512', true],
  ];
  const places = wanted.flatMap(([name, zero]) => (zero ? (variables.get(name) ?? []) : []));
  if (places.length === 0) return {};
  const { ino, size } = statSync(node);
  return { CRAC_ZLIB_CPU: [ino, size, ...places].join(' ') };
}
