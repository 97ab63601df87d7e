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
 * Puts the members of a program in the order of their tree.
 * @throws Error with the reason why they are none that this engine can make anew
 */
export function familyOf(record: ProgramRecord, participants: readonly Participant[]): Member[] {
  const pids = outside(record, participants);
  const found = participants.flatMap((each) => {
    const pid = pids.get(each.pid);
    const facts = pid === undefined ? undefined : factsOf(pid);
    return pid === undefined || facts === undefined ? [] : [{ each, pid, facts }];
  });
  const program = found.find(({ each }) => each.isProgram);
  if (!program) throw new Error('the program has ended');
  if (found.length > MEMBERS_MAX)
    throw new Error(
      `the program has more than ${MEMBERS_MAX} processes, which is more than this engine dumps`,
    );
  const rest = found
    .filter((one) => one !== program)
    .sort((a, b) => a.facts.started - b.facts.started || a.pid - b.pid);
  const members: Member[] = [];
  const add = ({ each, pid }: (typeof found)[number], parent: number): void => {
    const number = members.length;
    members.push({ number, parent, inside: each.pid, pid, name: each.name });
  };
  add(program, 0);
  for (let left = rest; left.length > 0; ) {
    const [next] = left.filter(({ facts }) => members.some(({ pid }) => pid === facts.parent));
    const [lost] = left;
    if (!next) throw new Error(`the parent of ${lost?.each.name} has ended, or is not Node`);
    for (const what of ['session', 'group'] as const)
      if (next.facts[what] !== program.facts[what])
        throw new Error(
          `${next.each.name} has a ${what === 'session' ? 'session' : 'process group'} of its own (detached: true)`,
        );
    add(next, members.find(({ pid }) => pid === next.facts.parent)?.number ?? 0);
    left = left.filter((one) => one !== next);
  }
  return members;
}
