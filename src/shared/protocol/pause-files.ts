import { join } from 'node:path';

/**
 * The files in an image directory of the engine `pause`. In the order in which they appear: `paused.json` (who stands
 * still), `wake` (what the waker hands over, as in the mailbox of a restored program), `woken` (the same file, taken
 * by the program), `outcome.json` (afterRestore has run).
 */
export const pauseFiles = (image: string) => ({
  paused: join(image, 'paused.json'),
  wake: join(image, 'wake'),
  woken: join(image, 'woken'),
  outcome: join(image, 'outcome.json'),
});

export interface Paused {
  /** Tells one pause from every other. */
  id: string;
  /** The program. */
  pid: number;
  /** Its `crac run`. */
  parent: number;
  record: string;
}
