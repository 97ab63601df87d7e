import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { Member } from './family.ts';

const O_ACCMODE = 3;

/** A descriptor of a process that stands still. */
export interface Held {
  member: Member;
  fd: number;
  target: string;
  flags: number;
  position: number;
}

export const writes = ({ flags }: Held): boolean => (flags & O_ACCMODE) !== 0;

const infoOf = ({ pid }: Member, fd: number | string): string =>
  readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1');

const flagsIn = (info: string): number => Number.parseInt(info.match(/^flags:\s+(\d+)/m)?.[1] ?? '0', 8);

/** Returns the flags that a descriptor has now. */
export const flagsOf = ({ member, fd }: Held): number => flagsIn(infoOf(member, fd));

/** Lists what a member has open. @throws Error where that may not be looked at */
export function heldBy(member: Member): Held[] {
  return readdirSync(`/proc/${member.pid}/fd`).flatMap((name) => {
    const info = infoOf(member, name);
    return [
      {
        member,
        fd: Number(name),
        target: readlinkSync(`/proc/${member.pid}/fd/${name}`),
        flags: flagsIn(info),
        position: Number(info.match(/^pos:\s+(\d+)/m)?.[1] ?? 0),
      },
    ];
  });
}

/** Tells what kind of file a path's descriptor is: what has no name is told apart by its inode. */
export function identityOf({ member, fd }: Held): { id: string; isRegular: boolean; hasName: boolean } {
  const status = statSync(`/proc/${member.pid}/fd/${fd}`, { bigint: true });
  return {
    id: `${status.dev}:${status.ino}`,
    isRegular: status.isFile(),
    hasName: status.nlink > 0n,
  };
}

/** Lists memory that a member may share with others without a file that has a name: as `dev inode`. */
export function sharedMemoryOf({ pid }: Member): string[] {
  const maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
  return [
    ...maps.matchAll(/^\S+ ..[-x]s \S+ (\S+ \d+) +(?:\/memfd:|\/SYSV|\/dev\/zero|.* \(deleted\)$).*$/gm),
  ].map(([, id = '']) => id);
}

/** Groups by what `key` returns, in the order of their first ones. */
export function grouped<T, K>(all: readonly T[], key: (one: T) => K): Map<K, T[]> {
  const found = new Map<K, T[]>();
  for (const one of all) {
    const group = found.get(key(one));
    if (group) group.push(one);
    else found.set(key(one), [one]);
  }
  return found;
}
