import { readFileSync } from 'node:fs';
import type { TreeProcess } from '../checkpoint/tree/processes.ts';
import {
  allowedAt,
  armFeatures,
  CPU_LEVELS,
  cpuFeatures,
  GLIBC_NAMES,
  IMPLEMENTATIONS,
  implementationFor,
  OPENSSL_BITS,
  V8_SWITCHES,
} from './cpu-features.ts';
import { opensslSetting } from './cpu-level.ts';
import { NodeMemory } from './node-memory.ts';

/** A feature of the CPU, and who in the program's processes has chosen code that needs it. */
export interface CpuUse {
  feature: string;
  holders: string[];
}

/**
 * Returns what the program's processes have made of this CPU: by their own variables where these can be read, else by
 * how they were started.
 * @param processes asked only where the CPU has features that can be told
 */
export function cpuUse(processes: () => TreeProcess[], has: ReadonlySet<string> = cpuFeatures()): CpuUse[] {
  const used = new Map<string, Set<string>>();
  const add = (holder: string, features: Iterable<string>) => {
    for (const feature of features) {
      if (!has.has(feature)) continue;
      const holders = used.get(feature) ?? new Set();
      used.set(feature, holders.add(holder));
    }
  };
  if (process.arch !== 'x64') add('the program', armFeatures(has));
  else
    for (const each of processes()) {
      const environment = environmentOf(each.pid);
      if (environment) eachHolder(each, environment, has, add);
    }
  return [...has].flatMap((feature) => {
    const holders = used.get(feature);
    return holders ? [{ feature, holders: [...holders] }] : [];
  });
}

type Add = (holder: string, features: Iterable<string>) => void;
type Environment = Map<string, string>;

function eachHolder(
  process: TreeProcess,
  environment: Environment,
  has: ReadonlySet<string>,
  add: Add,
): void {
  if (!process.isNode && process.isStatic) {
    add(process.command, has); // Go and others look by themselves
    return;
  }
  add('glibc', glibcUse(environment));
  if (!process.isNode) return;
  const memory = new NodeMemory(process.pid);
  add('V8', v8Use(process.words, environment, memory));
  add('OpenSSL', opensslUse(environment, memory));
  add('zlib', zlibUse(environment, memory));
  for (const name of ['simdutf', 'simdjson'])
    add(
      name,
      IMPLEMENTATIONS[
        environment.get(`${name.toUpperCase()}_FORCE_IMPLEMENTATION`) ?? implementationFor(has)
      ] ?? [],
    );
}

/** Features that V8 takes with AVX only, and for which not every version has a switch. */
const NEEDS_AVX = new Set(['avx2', 'avx_vnni', 'fma', 'f16c']);

function v8Use(words: string[], environment: Environment, memory: NodeMemory): string[] {
  const [mask] = memory.words('v8', 1) ?? [];
  if (mask === 0) return [];
  const said = [...words, ...(environment.get('NODE_OPTIONS') ?? '').split(/\s+/)].map((word) =>
    word.replaceAll('_', '-').replace(/^--no(?=enable)/, '--no-'),
  );
  const withoutAvx = said.includes('--no-enable-avx');
  return Object.entries(V8_SWITCHES)
    .filter(([feature]) => !(withoutAvx && NEEDS_AVX.has(feature)))
    .filter(([, name]) => !said.includes(`--no-enable-${name}`))
    .map(([feature]) => feature);
}

function glibcUse(environment: Environment): string[] {
  const [, list = ''] = (environment.get('GLIBC_TUNABLES') ?? '').match(/glibc\.cpu\.hwcaps=([^:]*)/) ?? [];
  const off = new Set(list.split(',').flatMap((word) => (word.startsWith('-') ? [word.slice(1)] : [])));
  return Object.entries(GLIBC_NAMES)
    .filter(([, [name = '']]) => !off.has(name))
    .map(([feature]) => feature);
}

function opensslUse(environment: Environment, memory: NodeMemory): string[] {
  const words = memory.words('openssl', 4);
  if (words)
    return OPENSSL_BITS.filter(([word, bit]) => ((words[word] as number) >>> bit) & 1).map(
      ([, , name]) => name,
    );
  // OpenSSL is shared or stripped: what `crac run --cpu` has set is known, another's choice is not.
  const level = CPU_LEVELS.find((one) => opensslSetting(one) === environment.get('OPENSSL_ia32cap'));
  const allowed = level && allowedAt(level);
  return OPENSSL_BITS.map(([, , name]) => name).filter((name) => allowed?.has(name) ?? true);
}

function zlibUse(environment: Environment, memory: NodeMemory): string[] {
  // Memory may not be read here: what the preload was told to zero is zero (src/program/fixups/zlib-cpu.ts).
  const zeroed = new Set((environment.get('CRAC_ZLIB_CPU') ?? '').split(' ').slice(2).map(Number));
  const isSet = (variable: 'zlib' | 'zlibSsse3' | 'zlibAvx512') => {
    const value = memory.words(variable, 1)?.[0];
    return value === undefined ? !zeroed.has(memory.place(variable) ?? -1) : value !== 0;
  };
  return [
    ...(isSet('zlibSsse3') ? ['ssse3'] : []),
    ...(isSet('zlib') ? ['sse4_2', 'pclmulqdq'] : []),
    ...(isSet('zlibAvx512') ? ['avx512f', 'vpclmulqdq'] : []),
  ];
}

/** Reads the environment as it was at exec: later changes mean nothing to those who looked then. */
function environmentOf(pid: number): Environment | undefined {
  try {
    const lines = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return new Map(
      lines.map((line): [string, string] => {
        const equals = line.indexOf('=', 1);
        return [line.slice(0, equals), line.slice(equals + 1)];
      }),
    );
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return new Map(); // the process may have more rights: then nothing is known to be switched off
    if (['ENOENT', 'ESRCH'].includes(code)) return undefined; // the process has ended
    throw error;
  }
}
