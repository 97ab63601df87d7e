import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SerializedError } from '../../../shared/errors/json.ts';
import { pauseFiles } from '../../../shared/protocol/pause-files.ts';
import { endNow, hasLost } from '../../checkpoint/end-with-parent.ts';

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

/** Tells the waker that afterRestore has run. */
export function tellOutcome(image: string, error?: SerializedError): void {
  const { outcome } = pauseFiles(image);
  try {
    writeFileSync(`${outcome}.new`, JSON.stringify({ error }), { mode: 0o600 });
    renameSync(`${outcome}.new`, outcome);
  } catch {
    // The directory has been removed meanwhile: nobody waits there.
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Takes the file by a rename, so that a second waker finds out. */
export function take(wake: string, woken: string): string | undefined {
  try {
    renameSync(wake, woken);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return readFileSync(woken, 'utf8');
}
