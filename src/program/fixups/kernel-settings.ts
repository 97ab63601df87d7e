import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Settings that the kernel keeps for a process, and the engine does not carry: which memory a core dump has (secrets
 * may be in the rest), and how late timers of the main thread may be, in nanoseconds.
 */
const FILES = ['coredump_filter', 'timerslack_ns'] as const;

const pathOf = (name: string): string => `/proc/self/${name}`;

function read(name: string): string | undefined {
  try {
    return readFileSync(pathOf(name), 'latin1').trim();
  } catch {
    return undefined; // a kernel built without it, or no /proc
  }
}

/** Writes a value as the kernel takes it: it shows coredump_filter in hexadecimal, and without 0x reads octal or decimal. */
const written = (name: string, value: string): string => (name === 'coredump_filter' ? `0x${value}` : value);

/** The settings of the program, noted before the dump and put back in a copy, which has those of its caller. */
export class KernelSettings {
  readonly #noted = new Map<string, string>();

  note(): void {
    for (const name of FILES) {
      const value = read(name);
      if (value !== undefined) this.#noted.set(name, value);
    }
  }

  /** @returns what could not be put back */
  putBack(): string[] {
    const problems: string[] = [];
    for (const [name, value] of this.#noted) {
      if (read(name) === value) continue;
      try {
        writeFileSync(pathOf(name), written(name, value));
      } catch (error) {
        problems.push(`${pathOf(name)} was ${value} at the checkpoint: ${(error as Error).message}`);
      }
    }
    return problems;
  }
}
