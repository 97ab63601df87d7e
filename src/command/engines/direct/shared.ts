import { readFileSync } from 'node:fs';
import type { Member } from './family.ts';
import { grouped, type Held, heldBy, sharedMemoryOf, writes } from './held.ts';
import { filesOfSeveral, type Mark } from './one-file.ts';

/** The most pipes and pairs of one image (native/engines/direct/tree.h). */
const SHARED_MAX = 2048;
const STREAM = /^(?:pipe:|socket:|\/)/;

/** A descriptor that a process is given at the restore. */
export interface Given {
  fd: number;
  slot: number;
  how: 'leads' | 'follows' | 'stream' | 'passed' | 'taken';
}

/** The pipes and socket pairs between processes, and who is given which end. */
export interface Shared {
  pipes: number;
  pairs: number;
  /** Further pairs, over which one process passes to others what all of them have as one. */
  passing: number;
  /** By the number of the member. */
  given: Map<number, Given[]>;
}

/** Connects inodes of unix sockets with those of their other ends. */
export type Peers = ReadonlyMap<number, number>;

/** Two ends: who holds each. */
interface Link {
  ends: [Held[], Held[]];
}

/**
 * Finds what processes that stand still have between them.
 * @param streams the targets of the program's standard streams, which become the caller's
 * @param peers of all unix sockets
 * @throws Error naming what this engine cannot make anew for several processes
 */
export async function sharedOf(
  members: readonly Member[],
  streams: readonly string[],
  peers: Peers,
  mark: Mark,
): Promise<Shared> {
  const held = members.map((member) => heldBy(member));
  refuseSharedMemory(members);
  const inherited = held.slice(1).flatMap((all) => all.filter(({ target }) => isInherited(target, streams)));
  const rest = held.map((all, number) =>
    number === 0 ? all : all.filter((one) => !inherited.includes(one)),
  );
  const all = rest.flat();
  const own = all.filter(({ member, target }) => member.number > 0 || !isInherited(target, streams));
  const pipes = pipesOf(own);
  const { pairs, one } = socketsOf(own, peers);
  const passed = [...one, ...(await filesOfSeveral(own, mark))];
  if (pipes.length + pairs.length + passed.length > SHARED_MAX)
    throw new Error(`the program's processes have more than ${SHARED_MAX} pipes and sockets between them`);
  const given = new Map(members.map(({ number }): [number, Given[]] => [number, []]));
  [...pipes, ...pairs].forEach(({ ends }, index) => {
    ends.forEach((holders, end) => {
      const [leader] = holders;
      for (const one of holders)
        given.get(one.member.number)?.push({
          fd: one.fd,
          slot: 2 * index + end,
          how: one.member === leader?.member ? 'leads' : 'follows',
        });
    });
  });
  const links = pipes.length + pairs.length;
  passed.forEach(([leader, ...others], index) => {
    const slot = 2 * (links + index);
    const give = ({ member, fd }: Held, how: Given['how']) =>
      given.get(member.number)?.push({ fd, slot: how === 'passed' ? slot : slot + 1, how });
    give(leader as Held, 'passed');
    for (const one of others) if (one.member !== leader?.member) give(one, 'taken');
  });
  const first = 2 * (links + passed.length);
  for (const { member, fd, target } of inherited)
    given.get(member.number)?.push({ fd, slot: first + streamOf(target, streams, fd), how: 'stream' });
  return { pipes: pipes.length, pairs: pairs.length, passing: passed.length, given };
}

const isInherited = (target: string, streams: readonly string[]): boolean =>
  STREAM.test(target) && target !== '/dev/null' && streams.includes(target);

/** Returns the stream of the same number, where several of the program's go to one place. */
const streamOf = (target: string, streams: readonly string[], fd: number): number =>
  streams[fd] === target ? fd : streams.lastIndexOf(target);

const membersIn = (held: readonly Held[]): Set<Member> => new Set(held.map(({ member }) => member));

const named = ({ member, fd }: Held): string => `descriptor ${fd} of ${member.name}`;

function pipesOf(held: readonly Held[]): Link[] {
  const found = grouped(
    held.filter(({ target }) => target.startsWith('pipe:')),
    ({ target }) => target,
  );
  return [...found.values()]
    .filter((ends) => membersIn(ends).size > 1)
    .map((ends) => ({ ends: [ends.filter((one) => !writes(one)), ends.filter(writes)] }));
}

const inodeOf = ({ target }: Held): number => Number(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? 0);

/** Finds connected sockets of which another process has the other end, and sockets that several processes have as one. */
function socketsOf(held: readonly Held[], peers: Peers): { pairs: Link[]; one: Held[][] } {
  const sockets = grouped(
    held.filter((one) => inodeOf(one) > 0),
    inodeOf,
  );
  const types = unixTypes(held[0]?.member);
  const done = new Set<number>();
  const pairs: Link[] = [];
  const shared: Held[][] = [];
  for (const [inode, here] of sockets) {
    if (done.has(inode)) continue;
    const peer = peers.get(inode) ?? 0;
    const there = sockets.get(peer) ?? [];
    if (membersIn([...here, ...there]).size === 1) continue;
    if (there.length === 0) {
      shared.push(here);
      continue;
    }
    if (peers.get(peer) !== inode || types.get(inode) !== 'stream')
      throw new Error(`${named(here[0] as Held)} is a socket of packets to another process`);
    done.add(peer);
    pairs.push({ ends: [here, there] });
  }
  return { pairs, one: shared };
}

/** Reads the types of unix sockets, by inode. */
function unixTypes(member: Member | undefined): Map<number, 'stream' | 'other'> {
  const rows = member ? readFileSync(`/proc/${member.pid}/net/unix`, 'latin1').split('\n').slice(1) : [];
  return new Map(
    rows.map((row) => {
      const [, , , , type, , inode] = row.trim().split(/\s+/);
      return [Number(inode), type === '0001' ? 'stream' : 'other'];
    }),
  );
}

function refuseSharedMemory(members: readonly Member[]): void {
  const seen = new Map<string, Member>();
  for (const member of members)
    for (const id of sharedMemoryOf(member)) {
      const other = seen.get(id);
      if (other && other !== member) throw new Error(`${member.name} shares memory with ${other.name}`);
      seen.set(id, member);
    }
}
