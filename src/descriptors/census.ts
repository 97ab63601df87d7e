import { readdirSync, readlinkSync } from 'node:fs';
import { OpenFileError, OpenPipeError, OpenResourceError, OpenSocketError } from '../errors/open.ts';
import type { SerializedDescriptor } from '../protocol/messages.ts';
import type { Policy } from '../protocol/policy.ts';
import { openMessage } from './advice.ts';
import { atRestore } from './at-restore.ts';
import type { Baseline } from './baseline.ts';
import type { Descriptor } from './descriptor.ts';
import { policyFor } from './policies.ts';
import { type Provenance, provenanceOf, speaksOf } from './provenance.ts';
import { bothEnds, runtimeShape } from './runtime-shapes.ts';
import { mapFrame } from './source-maps.ts';
import { descriptorTable } from './table.ts';
import { defaultVerdict, type Verdict } from './verdict.ts';

export interface CensusOptions {
  baseline: Baseline;
  /** Numbers that get placeholders: standard input, output, error and libuv's own terminal descriptors. */
  stdio: Set<number>;
  /** Path prefix of our own sockets. */
  record: string;
  allowed: Allowed;
  policies: Policy[];
  /** inode, peer's inode, … of every connected unix socket (native/addon/unix-peers.c). */
  unixPeers(): number[];
}

/** What `crac run` was told to leave to the engine. */
export interface Allowed {
  /** `--ignored-fds`. */
  numbers: Set<number>;
  /** `--allowed-open-prefixes`. */
  prefixes: string[];
}

export const allowedFrom = (environment: NodeJS.ProcessEnv): Allowed => ({
  numbers: new Set((environment.CRAC_IGNORED_FDS ?? '').split(',').filter(Boolean).map(Number)),
  prefixes: (environment.CRAC_ALLOWED_OPEN_PREFIXES ?? '').split(',').filter(Boolean),
});

/** One pass over every open descriptor of this process; each gets exactly one owner. */
export function takeCensus(options: CensusOptions): Verdict[] {
  const all = descriptorTable();
  const insides = inodesOfOthers();
  const pairs = all.some(({ socket }) => socket?.protocol === 'unix') ? options.unixPeers() : [];
  const peers = new Map<number, number>();
  for (let i = 0; i < pairs.length; i += 2) peers.set(pairs[i] as number, pairs[i + 1] as number);
  for (const { kind, inode } of all) if (kind === 'socket') insides.add(inode);
  return all.map((descriptor) => judge(descriptor, all, { insides, peers }, options));
}

function byPolicy({ action, line }: Policy, { kind, socket }: Descriptor): Omit<Verdict, 'descriptor'> {
  const where = `by line ${line} of the policies`;
  if (action === 'error') return { owner: 'error', reason: `refused ${where}` };
  if (action === 'ignore') return { owner: 'policy', reason: `left to the engine ${where}` };
  if (action === 'close') return { owner: 'policy', action, reason: `closed ${where}` };
  if (kind !== 'socket') return { owner: 'policy', action, reason: `opened again at its path ${where}` };
  if (socket?.state === 'LISTEN') return { owner: 'policy', reason: `listens again ${where}` };
  return { owner: 'error', reason: `a socket that does not listen cannot be opened again, as said ${where}` };
}

function judge(
  descriptor: Descriptor,
  all: Descriptor[],
  surroundings: Surroundings,
  options: CensusOptions,
): Verdict {
  const { fd, socket } = descriptor;
  const verdict = (owner: Verdict['owner'], reason: string): Verdict => ({ descriptor, owner, reason });
  if (options.stdio.has(fd)) return verdict('stdio', "the caller's own at restore");
  if (options.baseline.has(descriptor)) return verdict('runtime', 'open since before the program');
  if (socket?.local?.startsWith(options.record)) return verdict('crac', 'closed for the dump');
  if (descriptor.target.startsWith('/memfd:crac-')) return verdict('crac', 'the mailbox');
  const shape = runtimeShape(descriptor, all);
  if (shape) return verdict('runtime', shape);
  const policy = policyFor(options.policies, descriptor);
  if (policy) return { descriptor, ...byPolicy(policy, descriptor) };
  if (options.allowed.numbers.has(fd)) return verdict('policy', 'left to the engine by --ignored-fds');
  if (options.allowed.prefixes.some((prefix) => descriptor.path?.startsWith(prefix))) {
    return verdict('policy', 'left to the engine by --allowed-open-prefixes');
  }
  const { insides, peers } = surroundings;
  const peer = peers.get(descriptor.inode);
  if (socket?.protocol === 'unix' && peer !== undefined && !insides.has(peer))
    return { ...verdict('adapter', 'cut off: a restored copy sees the end of the connection'), cut: true };
  return verdict(...defaultVerdict(descriptor, (inode) => insides.has(inode) || bothEnds(descriptor, all)));
}

/** What a descriptor is connected with. */
interface Surroundings {
  /** Inodes of pipes and sockets that the program and its children have open: they are dumped along. */
  insides: Set<number>;
  peers: Map<number, number>;
}

/** Inodes of the pipes and sockets that other processes of this PID namespace have open. */
function inodesOfOthers(): Set<number> {
  const inodes = new Set<number>();
  for (const pid of readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && name !== '1' && Number(name) !== process.pid,
  )) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        const inode = readlinkSync(`/proc/${pid}/fd/${fd}`).match(/^(?:pipe|socket):\[(\d+)\]$/)?.[1];
        if (inode) inodes.add(Number(inode));
      }
    } catch (error) {
      // It ended meanwhile, or it is not ours to look into: then it cannot be dumped with us either.
      if (!['ENOENT', 'EACCES', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return inodes;
}

const KINDS: Partial<Record<Descriptor['kind'], typeof OpenFileError>> = {
  regular: OpenFileError,
  directory: OpenFileError,
  socket: OpenSocketError,
  pipe: OpenPipeError,
  fifo: OpenPipeError,
};

function provenance({ fd, target, kind }: Descriptor): Provenance | undefined {
  const found = provenanceOf(fd);
  return found && (kind !== 'regular' || speaksOf(found, target)) ? found : undefined;
}

/** `cause` says who opened it, when and in which thread, with the stack down to the application's line. */
function causeOf(descriptor: Descriptor): Error | undefined {
  const found = provenance(descriptor);
  if (!found) return undefined;
  const cause = new Error(`opened by ${found.thread} at ${new Date(found.time).toISOString()}`);
  cause.name = 'Opened';
  const frames = (found.error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  cause.stack = `${cause.message}\n${frames.map(mapFrame).join('\n')}`;
  return cause;
}

/** The errors of all descriptors that nobody accounts for. */
export function censusErrors(verdicts: Verdict[]): Error[] {
  return verdicts
    .filter(({ owner }) => owner === 'error')
    .map(({ descriptor, reason }) => {
      const { fd, kind, target, flags, position, socket } = descriptor;
      const { local, remote, state } = socket ?? {};
      const details = {
        fd,
        kind,
        target,
        flags: `0${flags.toString(8)}`,
        position,
        ...(local && { local }),
        ...(remote && { remote }),
        ...(state && { state }),
      };
      const cause = causeOf(descriptor);
      const error = new (KINDS[kind] ?? OpenResourceError)(
        openMessage(descriptor, reason),
        details,
        cause ? { cause } : {},
      );
      // Its own frames are those of the census; the place where it was opened stands in the cause.
      error.stack = `${error.name}: ${error.message}`;
      return error;
    });
}

/** The census as it travels to `crac checkpoint --dry-run`. */
export function censusRows(verdicts: readonly Verdict[]): SerializedDescriptor[] {
  return verdicts.map((verdict) => {
    const { descriptor, owner, reason } = verdict;
    const restore = atRestore(verdict);
    const { fd, kind, anon, target, socket } = descriptor;
    const what = socket
      ? [socket.protocol, socket.local, socket.remote && `→ ${socket.remote}`, socket.state]
          .filter(Boolean)
          .join(' ')
      : target;
    const frame = (provenance(descriptor)?.error.stack ?? '')
      .split('\n')
      .find((line) => /^\s+at /.test(line));
    return {
      fd,
      kind: anon ?? kind,
      what,
      owner,
      reason,
      ...(restore && { restore }),
      ...(frame && { opened: mapFrame(frame).trim().replace(/^at /, '') }),
    };
  });
}
