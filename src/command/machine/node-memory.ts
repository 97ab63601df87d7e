import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { type Symbols, symbolsOf } from './symbols.ts';

/** Variables of a node binary in which its parts keep what they have found out about the CPU. */
const NAMES = {
  v8: '_ZN2v88internal11CpuFeatures10supported_E',
  openssl: 'OPENSSL_ia32cap_P',
  zlib: 'x86_cpu_enable_simd',
  zlibSsse3: 'x86_cpu_enable_ssse3',
  zlibAvx512: 'x86_cpu_enable_avx512',
} as const;

export type Variable = keyof typeof NAMES;

/** Variables of zlib in the node binary: zlib has no switch, and is told after it has looked (src/program/fixups/zlib-cpu.ts). */
export const ZLIB: readonly Variable[] = ['zlib', 'zlibSsse3', 'zlibAvx512'];

/** Returns where the variables of this binary are, counted from its first mapping. */
export function variablesOf(node: string): Map<Variable, number> {
  const symbols: Symbols = symbolsOf(node, Object.values(NAMES));
  return new Map(
    (Object.entries(NAMES) as [Variable, string][]).flatMap(([key, name]) => {
      const place = symbols.get(name);
      return place === undefined ? [] : [[key, place] as [Variable, number]];
    }),
  );
}

/**
 * The memory of a running process, from which variables are read; each is undefined where the binary does not tell, or
 * we may not look.
 */
export class NodeMemory {
  readonly #pid: number;
  readonly #variables: Map<Variable, number>;
  readonly #base: number;

  constructor(pid: number) {
    this.#pid = pid;
    this.#variables = variablesOf(`/proc/${pid}/exe`);
    const exe = ` ${readlinkSync(`/proc/${pid}/exe`)}`;
    const first = readFileSync(`/proc/${pid}/maps`, 'utf8')
      .split('\n')
      .find((line) => line.endsWith(exe) && / 0{8} /.test(line));
    this.#base = Number.parseInt(first ?? '0', 16);
  }

  /** Returns a variable's place, counted from the binary's first mapping; undefined in one that does not tell. */
  place(variable: Variable): number | undefined {
    return this.#variables.get(variable);
  }

  /** @param count 32-bit words */
  words(variable: Variable, count: number): number[] | undefined {
    const place = this.#variables.get(variable);
    if (place === undefined) return undefined;
    let fd: number;
    try {
      fd = openSync(`/proc/${this.#pid}/mem`, 'r');
    } catch {
      return undefined; // the kernel does not let us (kernel.yama.ptrace_scope)
    }
    try {
      const bytes = Buffer.alloc(count * 4);
      if (readSync(fd, bytes, 0, bytes.length, this.#base + place) < bytes.length) return undefined;
      return Array.from({ length: count }, (_, index) => bytes.readUInt32LE(index * 4));
    } catch (error) {
      if (['EIO', 'EPERM', 'EACCES', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? ''))
        return undefined;
      throw error;
    } finally {
      closeSync(fd);
    }
  }
}
