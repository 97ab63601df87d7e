import { codeOf, originOf, processOf, safeString } from './brand.ts';

/** The number of errors from which on they are told as a group. */
const MANY = 3;

/** The number of errors of a group that are named; all of them are in the JSON. */
const NAMED = 12;

type Group = [first: Error, ...alike: Error[]];

/**
 * Puts errors of one kind from one place together, in the order of the first of each: twelve connections of one pool
 * are one thing to mend.
 * @param placeOf returns the line of the program that an error leads to; empty where none is known
 */
export function groupsOf(errors: readonly Error[], placeOf: (error: Error) => string): Group[] {
  const groups = new Map<string, Group>();
  for (const error of errors) {
    const key = [error.name, codeOf(error), processOf(error)?.pid, plain(originOf(error) ?? '')].join(' ');
    // Without a place, only errors that say the same but for numbers and names belong together.
    const whole = `${key} ${placeOf(error) || plain(safeString(error.message))}`;
    const group = groups.get(whole);
    if (group) group.push(error);
    else groups.set(whole, [error]);
  }
  return [...groups.values()].flatMap((group): Group[] =>
    group.length >= MANY ? [group] : group.map((one) => [one]),
  );
}

/** Strips numbers, paths and addresses from a message. */
const plain = (text: string): string =>
  text.replace(/\/[^\s,;:()]+/g, '/').replace(/\[[\da-f:.]+\]|\d+/gi, '#');

/** Says how many errors are not told in full, and which. */
export function others(alike: Error[]): string {
  const names = alike.slice(0, NAMED).map(nameOf);
  const more = alike.length - names.length;
  return `and ${alike.length} more like it: ${names.join(', ')}${more > 0 ? ` and ${more} others (--json has all)` : ''}`;
}

interface MaybeOpen {
  fd?: unknown;
  target?: unknown;
  local?: unknown;
  remote?: unknown;
}

/** Names what an error is about, as short as it can be found by. */
function nameOf(error: Error): string {
  const { fd, target, local, remote } = error as MaybeOpen;
  if (typeof fd === 'number') {
    const what = local === undefined ? target : remote === undefined ? local : `${local} → ${remote}`;
    return `descriptor ${fd} (${what})`;
  }
  return originOf(error) ?? safeString(error.message).split(/[.;\n]/, 1)[0] ?? '';
}
