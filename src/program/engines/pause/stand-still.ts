import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pauseFiles } from '../../../shared/protocol/pause-files.ts';
import { endNow, hasLost } from '../../checkpoint/end-with-parent.ts';
import { take } from '../portable/wake-file.ts';

export interface StandStill {
  image: string;
  record: string;
  /** Closes the last connections; called when everything is noted. */
  last: () => void;
}

const LOOK_EVERY = 20;
const CHECK_EVERY = 500;

/**
 * Blocks this thread in place until somebody puts a `wake` file into the image directory.
 *
 * @returns what the waker hands over, first byte R; or F and the reason why nobody can wake this process any more
 */
export function standStill({ image, record, last }: StandStill): string {
  const files = pauseFiles(image);
  const mine = readFileSync(files.paused, 'utf8');
  const note = join(record, 'paused');
  writeFileSync(note, image, { mode: 0o600 });
  last();
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const parent = process.ppid;
  let waited = 0;
  for (;;) {
    const message = take(files.wake, files.woken);
    const look = waited % CHECK_EVERY === 0;
    if (look && hasLost(parent)) endNow();
    const orphaned = look && contentOf(files.paused) !== mine;
    if (message || orphaned) {
      rmSync(note, { force: true });
      return (
        message ??
        `F${image} was removed or replaced while the program stood still, so nothing could wake it any more`
      );
    }
    Atomics.wait(sleeper, 0, 0, LOOK_EVERY);
    waited += LOOK_EVERY;
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
