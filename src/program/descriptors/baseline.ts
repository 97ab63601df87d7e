import { fstatSync, readlinkSync } from 'node:fs';
import type { Descriptor } from '../../shared/descriptor.ts';
import { openNumbers } from './table.ts';

/**
 * The descriptors that were open when the preload ran. The launcher has closed everything that the program would have
 * inherited, so these are the runtime's own; what a child has inherited is nobody's yet, and the runtime's own is told
 * by its shape.
 */
export class Baseline {
  readonly #known = new Map<number, string>();

  constructor(isProgram: boolean) {
    if (!isProgram) return;
    for (const fd of openNumbers()) if (fd > 2) this.#known.set(fd, identity(fd));
  }

  /** Tells whether the number still stands for the same open file. */
  has({ fd, target, inode }: Descriptor): boolean {
    return this.#known.get(fd) === `${target} ${inode}`;
  }
}

const identity = (fd: number): string => `${readlinkSync(`/proc/self/fd/${fd}`)} ${fstatSync(fd).ino}`;
