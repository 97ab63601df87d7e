import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnpreparedProcessError } from '../../../shared/errors/index.ts';
import { type TreeProcess, treeProcesses } from './processes.ts';

/** The time in milliseconds that a Node process has from its start to its preload. */
const START_LIMIT = 5000;
const LOOK_EVERY = 20;

const RESTRICTED = /^--(experimental-permission|permission|no-addons|no-node-options)\b/;
const MORE_RIGHTS =
  'it was started with more rights than its caller has (a set-user-ID bit, or file capabilities), and then the system preloads no library';

/**
 * Finds Node processes of the tree in which the preload is not: two copies would draw the same random numbers there.
 */
export function strangers(init: number): UnpreparedProcessError[] {
  const all = treeProcesses(init);
  return all
    .filter(({ isNode, hasPreload }) => isNode && !hasPreload)
    .map((one) => new UnpreparedProcessError(one.inside, one.command, reason(one, all)));
}

/** Does the same when the processes that were being started have ended their start. */
export async function lastingStrangers(init: number): Promise<UnpreparedProcessError[]> {
  for (const end = Date.now() + START_LIMIT; ; await sleep(LOOK_EVERY)) {
    const starting = treeProcesses(init).some(
      (one) => one.isNode && one.hasLibrary && !one.hasPreload && restriction(one) === undefined,
    );
    if (!starting || Date.now() > end) return strangers(init);
  }
}

/**
 * Returns a note for each command that is not Node and draws random numbers: every copy may go on with the same ones.
 */
export function foreignNotes(init: number): string[] {
  const foreign = treeProcesses(init).filter(({ isNode, drawsRandomness }) => !isNode && drawsRandomness);
  const byCommand = new Map(foreign.map(({ command, inside }) => [command, inside]));
  return [...byCommand].map(
    ([command, inside]) =>
      `process ${inside} (${command}) is not Node: what it draws of a generator of its own (as Python's random) is the same in every copy, see docs/uniqueness.md`,
  );
}

const restriction = ({ words }: TreeProcess): string | undefined =>
  words.find((word) => RESTRICTED.test(word));

function reason(one: TreeProcess, all: TreeProcess[]): string {
  const option = restriction(one);
  if (option !== undefined)
    return `it was started with ${option}, which keeps the preload out; start it without`;
  if (one.hasLibrary)
    return 'it does not read NODE_OPTIONS (built without them, or a packed application); start it by node itself';
  if (one.isStatic)
    return 'it is linked statically, so no library can be preloaded; use a node that is linked dynamically, as the downloads of nodejs.org';
  if (hasMoreRights(one.pid)) return `${MORE_RIGHTS}; start it with the rights of its caller`;
  const parent = all.find(({ pid }) => pid === one.parent)?.command ?? `process ${one.parent}`;
  return `${parent} started it past the C library, without LD_PRELOAD or for another C library; start it by libc's functions, or hand LD_PRELOAD on`;
}

/** Reads AT_SECURE of a process's auxiliary vector. */
function hasMoreRights(pid: number): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/auxv`);
    for (let at = 0; at + 16 <= words.length; at += 16)
      if (words.readBigUInt64LE(at) === 23n) return words.readBigUInt64LE(at + 8) !== 0n;
    return false;
  } catch {
    return false; // the process has just ended
  }
}
