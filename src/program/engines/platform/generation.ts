import type { Generation } from '../../fixups/generation.ts';
import { OWN_PID } from '../../fixups/own-pid.ts';

const KEY = 'node-crac.copy';

/** A generation that nobody outside changes: this process does, when it finds out that it is another copy. */
export interface OwnGeneration extends Generation {
  /** Lets all threads know that they are in a new copy. */
  next(): void;
}

/** Makes the memory that the main thread shares with its Workers, where there is none yet. */
export function ownGeneration(record: string): OwnGeneration {
  const threads = require('node:worker_threads') as typeof import('node:worker_threads');
  const known = threads.isMainThread ? undefined : threads.getEnvironmentData(KEY);
  const memory = known instanceof SharedArrayBuffer ? known : new SharedArrayBuffer(8);
  const cells = new Float64Array(memory);
  if (known === undefined) {
    cells[0] = 1;
    threads.setEnvironmentData(KEY, memory);
  }
  return {
    cells,
    get copy() {
      return cells[0] as number;
    },
    program: threads.isMainThread ? OWN_PID : 0,
    member: 0,
    record,
    pidOffset: 0,
    next() {
      cells[0] = (cells[0] as number) + 1;
    },
  };
}
