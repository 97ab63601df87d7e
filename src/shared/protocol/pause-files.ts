import { join } from 'node:path';

/**
 * Returns the files in an image directory of the engine `pause`. In the order in which they appear: `paused.json` (who
 * stands still), `wake` (what the waker hands over, as in the mailbox of a restored program), `woken` (the same file,
 * taken by the program), `outcome.json` (afterRestore has run).
 */
export const pauseFiles = (image: string) => ({
  paused: join(image, 'paused.json'),
  wake: join(image, 'wake'),
  woken: join(image, 'woken'),
  outcome: join(image, 'outcome.json'),
});

export interface Paused {
  /** An id that tells one pause from every other. */
  id: string;
  /** The program's PID. */
  pid: number;
  /** The PID of its `crac run`. */
  parent: number;
  record: string;
}
