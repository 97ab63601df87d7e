import { readFile } from 'node:fs/promises';
import type { ProgramRecord } from '../../shared/protocol/record.ts';
import { CommandError, EXIT } from '../base/command-error.ts';

/** Matches the file as the kernel writes it. */
const MARK = /\/native\/build\/mark$/;

/**
 * Checks that the file of the package still stands over which the program's generation page is mounted
 * (native/supervisor/generation-page.c). When that file is removed, the kernel takes the mount away, and the engine
 * could only say that it cannot look it up.
 * @throws CommandError
 */
export async function checkPackageStands({ init }: ProgramRecord): Promise<void> {
  if (init === undefined) return;
  const lines = (await readFile(`/proc/${init}/mountinfo`, 'utf8')).split('\n');
  if (lines.some((line) => MARK.test(line.split(' ')[4] ?? ''))) return;
  throw new CommandError(
    'node-crac was replaced or removed while this program ran, and the engine cannot dump what the program has of it; the program goes on.\nStart it anew with `crac run`. Images outlive an upgrade: make it after the checkpoint, or before the start',
    EXIT.failed,
  );
}
