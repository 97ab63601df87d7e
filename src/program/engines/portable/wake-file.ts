import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { SerializedError } from '../../../shared/errors/json.ts';
import { pauseFiles } from '../../../shared/protocol/pause-files.ts';

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
