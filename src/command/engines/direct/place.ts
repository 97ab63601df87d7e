import type { Member } from './family.ts';
import type { Shared } from './shared.ts';

/**
 * Writes what a process is told of its place among several (native/addon/direct.c, native/engines/direct/inside/tree.c):
 * its children, its number, the slots over which is passed, and each descriptor that it is given.
 */
export function placeOf(member: Member, members: readonly Member[], { given, ...shared }: Shared): string {
  const children = members.filter(({ number, parent }) => number > 0 && parent === member.number);
  const own = given.get(member.number) ?? [];
  const from = 2 * (shared.pipes + shared.pairs);
  return [
    `${children.map(({ inside }) => `${inside},`).join('')};${member.number}:${from}:${from + 2 * shared.passing}`,
    ...own.map(({ fd, slot, how }) => `${fd}:${slot}:${how[0]}`),
  ].join(' ');
}
