import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Addon } from '../../../shared/addon.ts';

/**
 * Has somebody who is no child of this process carry out a checkpoint.
 * @returns a function that tells whether that process has ended
 */
export function askApart(addon: Addon, record: string, request: string): () => boolean {
  const words = [process.execPath, join(__dirname, 'cli.js'), '__agent', record, request];
  const pid = addon.startApart(words);
  const born = birthOf(pid);
  return () => born === undefined || birthOf(pid) !== born;
}

/** Returns when a process was started, by which it is told from another one with its number; undefined when it has ended. */
function birthOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return /[ZX]/.test(fields[0] ?? '') ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
