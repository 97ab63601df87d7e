import { closeSync, existsSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { restoredWith } from '../fixups.ts';
import type { Standing } from './point.ts';

/** Returns the directory where gVisor shows its own files, or whoever offers the same ones. */
const directory = (): string => process.env.CRAC_GVISOR_DIR ?? '/proc/gvisor';

export const hasGvisor = (): boolean => existsSync(join(directory(), 'checkpoint'));

/**
 * The standstill by gVisor: a write asks for a checkpoint; a read blocks until it has been made, in the old sandbox and
 * in each new one.
 */
export class Gvisor implements Standing {
  readonly #record: string;
  #before: NodeJS.ProcessEnv = {};

  constructor(record: string) {
    this.#record = record;
  }

  async ready(): Promise<void> {
    this.#before = containerEnvironment();
  }

  stand(): string {
    const path = join(directory(), 'checkpoint');
    const fd = open(path);
    try {
      if (fd.mayAsk) writeSync(fd.number, '1');
      const answer = Buffer.alloc(64);
      const word = answer.toString('utf8', 0, readSync(fd.number, answer, 0, answer.length, null)).trim();
      if (word === 'restore') return restoredWith(this.#record, this.#changes());
      return word === 'resume'
        ? 'C'
        : `Fgvisor: ${path} says ${word || 'nothing'} where it says resume or restore`;
    } finally {
      closeSync(fd.number);
    }
  }

  /**
   * Returns the changes: what the old container had and the new one has not is gone; what the program has set by itself
   * stays.
   */
  #changes(): NodeJS.ProcessEnv {
    const gone = Object.keys(this.#before).map((name): [string, undefined] => [name, undefined]);
    return { ...Object.fromEntries(gone), ...containerEnvironment() };
  }
}

/**
 * Opens the file, for reading only where the sandbox may not ask by itself (gVisor's default): then somebody outside
 * does.
 */
function open(path: string): { number: number; mayAsk: boolean } {
  try {
    return { number: openSync(path, 'r+'), mayAsk: true };
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return { number: openSync(path, 'r'), mayAsk: false };
  }
}

/** Reads the container's specification, of whichever sandbox this is. */
function containerEnvironment(): NodeJS.ProcessEnv {
  const path = join(directory(), 'spec_environ');
  if (!existsSync(path)) return {};
  const entries = readFileSync(path, 'utf8')
    .split('\0')
    .filter((entry) => entry.indexOf('=') > 0);
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}
