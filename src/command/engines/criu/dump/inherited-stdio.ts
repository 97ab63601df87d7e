import { constants, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { Inherited } from '../../../image/contents.ts';

/** Standard streams that children of the program have from it: they get no placeholders, so the engine must know. */
export interface InheritedStdio {
  /** Names that are left out of the image (`--external`). */
  external: string[];
  /** Streams that are given again at restore. */
  inherit: Inherited[];
}

/** Tells whether the program's standard input does not wait; asked before placeholders are put there. */
export function stdinIsNonblocking(proc: string, program: number): boolean {
  const flags = readFileSync(`${proc}/${program}/fdinfo/0`, 'latin1').match(/^flags:\s+(\d+)/m)?.[1];
  return (Number.parseInt(flags ?? '0', 8) & constants.O_NONBLOCK) !== 0;
}

/**
 * The order for one object on several numbers, as with `2>&1`: the caller's standard output counts most, its input
 * least.
 */
const ORDER = [1, 2, 0] as const;

const TERMINAL = /^\/dev\/(pts\/\d+|tty|console)/;

/**
 * Looks for the program's standard streams among the descriptors of the processes it has started.
 *
 * @param proc the program's own /proc, seen from here
 * @param program its PID there
 * @param targets what 0, 1 and 2 of the program were, as links of /proc/PID/fd
 */
export function inheritedStdio(proc: string, program: number, targets: readonly string[]): InheritedStdio {
  const held = heldByOthers(proc, program);
  const found: InheritedStdio = { external: [], inherit: [] };
  for (const target of new Set(targets.filter((each) => held.has(each)))) {
    const slot = ORDER.find((each) => targets[each] === target) ?? 1;
    const named = namesOf(target, held.get(target) as string);
    if (!named) continue;
    if (named.external) found.external.push(named.external);
    found.inherit.push({ slot, name: named.name });
  }
  return found;
}

/**
 * Returns the engine's names of it (`--external`, `--inherit-fd`), or nothing for what needs none or cannot be moved.
 */
function namesOf(target: string, link: string): { external?: string; name: string } | undefined {
  if (target.startsWith('pipe:')) return { name: target };
  const socket = /^socket:\[(\d+)\]$/.exec(target);
  if (socket) return { external: `unix[${socket[1]}]`, name: target };
  const status = statSync(link);
  if (status.isFile()) return { name: target.slice(1) };
  if (TERMINAL.test(target)) {
    const name = `tty[${status.rdev.toString(16)}:${status.dev.toString(16)}]`;
    return { external: name, name };
  }
  // Every /dev/null of the program has one name: those that were meant to be /dev/null would follow.
  return undefined;
}

/** Returns what the other processes hold open, each with a link that leads to it. */
function heldByOthers(proc: string, program: number): Map<string, string> {
  const held = new Map<string, string>();
  for (const pid of readdirSync(proc).filter((name) => /^\d+$/.test(name))) {
    if (pid === '1' || Number(pid) === program) continue; // init is not part of the image
    for (const link of linksOf(`${proc}/${pid}/fd`)) {
      try {
        held.set(readlinkSync(link), link);
      } catch {
        // The descriptor was closed meanwhile.
      }
    }
  }
  return held;
}

function linksOf(directory: string): string[] {
  try {
    return readdirSync(directory).map((fd) => `${directory}/${fd}`);
  } catch {
    return []; // the process ended meanwhile
  }
}
