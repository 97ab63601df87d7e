import { readFileSync } from 'node:fs';

/** A lock of the kernel that the program holds on one of its files. */
export interface Lock {
  fd: number;
  path: string;
  /** The kind as in native/addon/lock.c. */
  kind: number;
  write: boolean;
  start: number;
  /** The length in bytes; 0: to the end of the file, however long it becomes. */
  length: number;
}

export interface Locker {
  lock(fd: number, kind: number, write: boolean, start: number, length: number): number;
}

const KINDS = ['POSIX', 'FLOCK', 'OFDLCK'];
const LINE = /^lock:\s+\d+:\s+(\w+)\s+\w+\s+(READ|WRITE)\s+\S+\s+\S+\s+(\d+)\s+(\d+|EOF)/gm;

/** Lists the locks that go when this descriptor is closed, as the kernel tells them. */
export function locksOf(fd: number, path: string): Lock[] {
  const text = readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1');
  return [...text.matchAll(LINE)].flatMap(([, kind = '', type, start, end]) => {
    const index = KINDS.indexOf(kind);
    if (index < 0) return []; // a lease is a notice, not a lock
    const length = end === 'EOF' ? 0 : Number(end) - Number(start) + 1;
    return { fd, path, kind: index, write: type === 'WRITE', start: Number(start), length };
  });
}

/** @returns the locks that another process has now, with words for which process it is */
export function takeLocks(locks: readonly Lock[], native: Locker): { path: string; holder: string }[] {
  return locks.flatMap(({ fd, path, kind, write, start, length }) => {
    const holder = native.lock(fd, kind, write, start, length);
    if (holder === 0) return [];
    return { path, holder: holder > 0 ? `the process ${holder}` : 'another process' };
  });
}

/** The last words of a copy that must not go on: whoever held a lock relied on being the only one. */
export const lockedMessage = (path: string, holder: string): string =>
  `${path} is locked by ${holder}, and the program held this lock at the checkpoint: only one copy can go on with it, and what another has written would be lost. Let the program close it in beforeCheckpoint and open one of each copy's own in afterRestore (docs/descriptors.md)`;
