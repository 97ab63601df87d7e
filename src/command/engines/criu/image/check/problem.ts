import { lstatSync } from 'node:fs';
import type { Dumped, Held } from './dumped.ts';

/** A state that the engine wrote and that no restore could make. */
export interface Problem {
  /** The process that has it; PIDs as they are inside. Undefined where it belongs to no descriptor. */
  holder?: Held | { process: number } | undefined;
  /** A sentence without a full stop that names the path or the number. */
  what: string;
  advice: string;
  /** True where it may be over by the time of another attempt: a thread or a process was in the midst of something. */
  passing?: true;
}

/** The facts that the rules need besides the engine's files. */
export interface Surroundings {
  /** The path where the program's own `/` is seen from here. */
  root: string;
  /** Tells whether something will not be there at the restore, or will be another; paths as the program sees them. */
  isPassing: (path: string) => boolean;
  /** Names of files that the caller or the restorer gives at the restore instead. */
  given: ReadonlySet<string>;
}

export type Rule = (dumped: Dumped, surroundings: Surroundings) => Problem[];

/** Tells whether a path is that of a directory, or below it. */
export const within = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(`${directory}/`);

/** Tells whether a path is there. What this process may not look at counts as there: nothing speaks against it. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return true;
    throw error;
  }
}
