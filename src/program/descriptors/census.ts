import type { Descriptor } from '../../shared/descriptor.ts';
import { policyFor } from '../../shared/policy-match.ts';
import { ADAPTERS_OWN, type Policy } from '../../shared/protocol/policy.ts';
import { OWN_PID } from '../fixups/own-pid.ts';
import type { Baseline } from './baseline.ts';
import { othersDescriptors, thisMember } from './children.ts';
import { isOutgoing, serversIn } from './not-owned.ts';
import { bothEnds, runtimeShape } from './runtime-shapes.ts';
import { socketTable } from './sockets.ts';
import { descriptorTable } from './table.ts';
import type { Abilities, Ends, Judged, Verdict } from './verdict.ts';

export interface CensusOptions {
  baseline: Baseline;
  /** The PID of the program's first process. */
  program: number;
  /** PIDs of processes that judge their own descriptors. */
  members: number[];
  /** Numbers that get placeholders: standard input, output, error and libuv's own terminal descriptors. */
  stdio: Set<number>;
  /** The targets of 0, 1 and 2, as links of /proc/self/fd: children have them too. */
  stdioTargets: string[];
  /** The path prefix of our own sockets. */
  record: string;
  allowed: Allowed;
  policies: Policy[];
  /** The descriptors that the engine can restore. */
  abilities: Abilities;
  /** Lists the inode, the peer's inode, … of every connected unix socket (native/addon/unix-peers.c). */
  unixPeers(): number[];
}

/** The descriptors that `crac run` was told to leave to the engine. */
export interface Allowed {
  /** Numbers given by `--ignored-fds`. */
  numbers: Set<number>;
  /** Prefixes given by `--allowed-open-prefixes`. */
  prefixes: string[];
}

export const allowedFrom = (environment: NodeJS.ProcessEnv): Allowed => ({
  numbers: new Set((environment.CRAC_IGNORED_FDS ?? '').split(',').filter(Boolean).map(Number)),
  prefixes: (environment.CRAC_ALLOWED_OPEN_PREFIXES ?? '').split(',').filter(Boolean),
});

/** The surroundings of a descriptor: what it may be connected with. */
interface Surroundings {
  /** All descriptors of the same process. */
  all: Descriptor[];
  /** By inode: the processes of the program that have the pipe or socket open, which are dumped along. */
  holders: Map<number, Set<number>>;
  /** Connected unix sockets: a socket's inode → its peer's. */
  peers: Map<number, number>;
}

/**
 * Makes one pass over every open descriptor of this process and, in the program's first one, of the processes that do
 * not do it themselves; each descriptor gets exactly one owner.
 */
export function takeCensus(options: CensusOptions): Verdict[] {
  const sockets = socketTable(); // the table of the network namespace, which they share
  const isProgram = options.program === OWN_PID;
  const table = descriptorTable('self', sockets);
  const own = isProgram ? table : table.map((descriptor) => ({ ...descriptor, process: thisMember() }));
  const others = othersDescriptors(options.program, sockets);
  const everything = [...own, ...others.flat()];
  const servers = serversIn(everything);
  const judged = isProgram
    ? [own, ...others.filter(([first]) => !options.members.includes(first?.process?.pid ?? 0))]
    : [own];
  const holders = holdersOf(everything);
  const peers = everything.some(({ socket }) => socket?.protocol === 'unix')
    ? pairs(options.unixPeers())
    : new Map<number, number>();
  return judged.flatMap((all) =>
    all.map((descriptor) => {
      const judged = judge(descriptor, { all, holders, peers }, options);
      return { descriptor, ...judged, ...(isOutgoing(descriptor, judged, servers) && { outgoing: true }) };
    }),
  );
}

/** Returns which processes of the program have a pipe or a socket open: its inode → their PIDs, 0 for the program. */
function holdersOf(everything: Descriptor[]): Map<number, Set<number>> {
  const found = new Map<number, Set<number>>();
  for (const { inode, process } of everything) {
    const pids = found.get(inode) ?? new Set();
    found.set(inode, pids.add(process?.pid ?? 0));
  }
  return found;
}

function pairs(flat: number[]): Map<number, number> {
  const found = new Map<number, number>();
  for (let i = 0; i < flat.length; i += 2) found.set(flat[i] as number, flat[i + 1] as number);
  return found;
}

function judge(descriptor: Descriptor, surroundings: Surroundings, options: CensusOptions): Judged {
  return (
    (isForeign(descriptor) ? undefined : ofThisProcess(descriptor, options)) ??
    (descriptor.process ? inherited(descriptor, options) : undefined) ??
    ofRuntime(descriptor, surroundings) ??
    byPolicies(descriptor, options) ??
    options.abilities[descriptor.kind](descriptor, endsOf(descriptor, surroundings))
  );
}

/** Tells whether the descriptor is in a process that takes no part: nothing can be done there. */
const isForeign = ({ process }: Descriptor): boolean => process !== undefined && !process.isMember;

function ofThisProcess(descriptor: Descriptor, options: CensusOptions): Judged | undefined {
  const { fd, socket, target } = descriptor;
  if (options.stdio.has(fd)) return { owner: 'stdio', reason: "the caller's own at restore" };
  if (options.baseline.has(descriptor)) return { owner: 'runtime', reason: 'open since before the program' };
  if (socket?.local?.startsWith(options.record)) return { owner: 'crac', reason: 'closed for the dump' };
  if (target.startsWith('/memfd:crac-')) return { owner: 'crac', reason: 'the mailbox' };
  return undefined;
}

function inherited({ target }: Descriptor, options: CensusOptions): Judged | undefined {
  if (!options.stdioTargets.includes(target) || target === '/dev/null') return undefined;
  return { owner: 'stdio', reason: "inherited from the program: the caller's own at restore" };
}

function ofRuntime(descriptor: Descriptor, { all }: Surroundings): Judged | undefined {
  const shape = runtimeShape(descriptor, all);
  return shape === undefined ? undefined : { owner: 'runtime', reason: shape };
}

function byPolicies(descriptor: Descriptor, { policies, allowed }: CensusOptions): Judged | undefined {
  const policy = policyFor(policies, descriptor);
  if (policy) return isForeign(descriptor) ? byPolicyInChild(policy) : byPolicy(policy, descriptor);
  if (!isForeign(descriptor) && allowed.numbers.has(descriptor.fd))
    return { owner: 'policy', reason: 'left to the engine by --ignored-fds' };
  if (allowed.prefixes.some((prefix) => descriptor.path?.startsWith(prefix)))
    return { owner: 'policy', reason: 'left to the engine by --allowed-open-prefixes' };
  return undefined;
}

function byPolicy({ action, line }: Policy, { kind, socket }: Descriptor): Judged {
  if (line === ADAPTERS_OWN)
    return {
      owner: 'adapter',
      action: 'reopen',
      reason: "opened again at its path by its library's adapter",
    };
  const where = `by line ${line} of the policies`;
  if (action === 'error') return { owner: 'error', reason: `refused ${where}` };
  if (action === 'ignore') return { owner: 'policy', reason: `left to the engine ${where}` };
  if (action === 'close') return { owner: 'policy', action, reason: `closed ${where}` };
  if (kind !== 'socket') return { owner: 'policy', action, reason: `opened again at its path ${where}` };
  if (socket?.state === 'LISTEN') return { owner: 'policy', reason: `listens again ${where}` };
  return { owner: 'error', reason: `a socket that does not listen cannot be opened again, as said ${where}` };
}

/** Judges a descriptor of a child by a policy: nothing can be opened or closed in another process. */
function byPolicyInChild({ action, line }: Policy): Judged {
  const where = `by line ${line} of the policies`;
  if (action === 'ignore') return { owner: 'policy', reason: `left to the engine ${where}` };
  if (action === 'error') return { owner: 'error', reason: `refused ${where}` };
  return {
    owner: 'error',
    reason: `\`${action}\`, as said ${where}, cannot be done in a child: use \`ignore\``,
  };
}

const endsOf = (descriptor: Descriptor, { all, holders, peers }: Surroundings): Ends => ({
  areInside: () => (holders.get(descriptor.inode)?.size ?? 0) > 1 || bothEnds(descriptor, all),
  isPeerOutside() {
    const peer = peers.get(descriptor.inode);
    return peer !== undefined && !holders.has(peer);
  },
  isPeerGone: () => peers.get(descriptor.inode) === 0, // of no socket that is open
});
