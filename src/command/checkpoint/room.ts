import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError, EXIT } from '../base/command-error.ts';
import { formatBytes } from '../base/format.ts';

/** Magic numbers (linux/magic.h) of file systems that compress: what fits there nobody knows beforehand. */
const COMPRESSING = new Set([0x9123683e, 0x2fc12fc1, 0xca451a4e]); // btrfs, zfs, bcachefs

/** The bytes needed besides memory: the restorer, copies of our own files, the engine's lists and its log. */
const BESIDES = 4 << 20;

/**
 * Checks, before the program stands still, that there is room for its memory where the image goes. An image that is
 * there already stays until the new one is whole.
 * @param pids of the program and what it has started, as seen from here
 * @param meanwhile bytes that the engine needs at most while it makes the image, beside it
 * @throws CommandError with the figures
 */
export async function checkRoom(image: string, pids: number[], meanwhile: number): Promise<void> {
  const place = dirname(image);
  const { type, bavail, bsize } = await statfs(place);
  if (COMPRESSING.has(type)) return;
  const free = bavail * bsize;
  const memory = pids.reduce((sum, pid) => sum + memoryOf(pid), 0);
  const needed = memory + Math.min(memory, meanwhile) + BESIDES;
  if (free >= needed) return;
  throw new CommandError(
    `the disk of ${place} is too small: the image takes up to ${formatBytes(needed)}, and ${formatBytes(free)} are free; nothing was written, the program goes on.\nMake room (df -h ${place}), or write it elsewhere:\n  crac checkpoint … --image DIR`,
    EXIT.failed,
  );
}

/** Returns the bytes that are the process's own: the engine writes them all. None where it has ended. */
function memoryOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    const sum = [...text.matchAll(/^(?:Anonymous|Swap):\s+(\d+) kB$/gm)];
    return sum.reduce((all, [, kilobytes]) => all + Number(kilobytes) * 1024, 0);
  } catch {
    return 0;
  }
}
