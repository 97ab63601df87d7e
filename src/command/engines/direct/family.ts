import { readFileSync } from 'node:fs';
import type { ProgramRecord } from '../../../shared/protocol/record.ts';
import type { Participant } from '../../checkpoint/company/participant.ts';
import { treeProcesses } from '../../checkpoint/tree/processes.ts';

/** The most processes of one image (native/engines/direct/tree.h). */
const MEMBERS_MAX = 256;

/** One process of a program that is dumped with its children. */
export interface Member {
  /** The number in the image: 0 is the program, and a child's is higher than its parent's. */
  number: number;
  parent: number;
  /** The PID as the program sees it, and as seen from here. */
  inside: number;
  pid: number;
  /** For messages: with the line that started it, where that is known. */
  name: string;
  /** What it has made of its own with setsid or setpgid; else it stands where its parent does. */
  leads?: 'session' | 'group';
}

interface Found {
  each: Participant;
  pid: number;
  facts: Facts;
  name: string;
}

interface Facts {
  parent: number;
  group: number;
  session: number;
  started: number;
}

/** Returns what the kernel says of a process; undefined where it has ended. */
function factsOf(pid: number): Facts | undefined {
  try {
    const words = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    const [parent = 0, group = 0, session = 0] = words.slice(1, 4).map(Number);
    return { parent, group, session, started: Number(words[19]) };
  } catch {
    return undefined;
  }
}

/** Returns the PID as seen from here of each member. */
function outside({ init }: ProgramRecord, members: readonly Participant[]): Map<number, number> {
  if (init === undefined) return new Map(members.map(({ pid }) => [pid, pid]));
  const found = new Map(treeProcesses(init).map(({ inside, pid }) => [inside, pid]));
  return new Map(members.flatMap(({ pid }) => (found.has(pid) ? [[pid, found.get(pid) as number]] : [])));
}

/**
 * Tells what a process leads of its own.
 * @throws Error where it stands neither in one of its own nor in its parent's
 */
function ledBy({ name, pid, facts: { session, group } }: Found, parent: Facts): Member['leads'] {
  if (session === pid) return 'session';
  if (session !== parent.session) throw new Error(`${name} stands in another session than its parent`);
  if (group === parent.group) return undefined;
  if (group !== pid) throw new Error(`${name} has joined another process group than its parent's`);
  return 'group';
}

const memberOf = ({ each, pid, name }: Found, number: number): Member => ({
  number,
  parent: 0,
  inside: each.pid,
  pid,
  name,
});

/** The line that started a process, as a part of a sentence. */
export const startedAt = (place: string | undefined): string =>
  place === undefined ? '' : `, started at ${place}`;

/** The lines that started processes, by their PIDs as the program sees them. */
export const startersOf = (participants: readonly Participant[]): Map<number, string> =>
  new Map(participants.flatMap(({ gathered }) => [...gathered.starters]));

/**
 * Puts the members of a program in the order of their tree.
 * @throws Error with the reason why they are none that this engine can make anew
 */
export function familyOf(record: ProgramRecord, participants: readonly Participant[]): Member[] {
  const pids = outside(record, participants);
  const starters = startersOf(participants);
  const found = participants.flatMap((each): Found[] => {
    const pid = pids.get(each.pid);
    const facts = pid === undefined ? undefined : factsOf(pid);
    const name = each.name + startedAt(starters.get(each.pid));
    return pid === undefined || facts === undefined ? [] : [{ each, pid, facts, name }];
  });
  const program = found.find(({ each }) => each.isProgram);
  if (!program) throw new Error('the program has ended');
  if (found.length > MEMBERS_MAX)
    throw new Error(
      `the program has more than ${MEMBERS_MAX} processes, which is more than this engine dumps`,
    );
  let left = found
    .filter((one) => one !== program)
    .sort((a, b) => a.facts.started - b.facts.started || a.pid - b.pid);
  const placed = [program];
  const members: Member[] = [memberOf(program, 0)];
  while (left.length > 0) {
    const next = left.find(({ facts }) => placed.some(({ pid }) => pid === facts.parent));
    if (!next) throw new Error(`the parent of ${left[0]?.name} has ended, or is not Node`);
    const parent = placed.find(({ pid }) => pid === next.facts.parent) ?? program;
    const leads = ledBy(next, parent.facts);
    members.push({
      ...memberOf(next, placed.length),
      parent: placed.indexOf(parent),
      ...(leads && { leads }),
    });
    placed.push(next);
    left = left.filter((one) => one !== next);
  }
  return members;
}
