import { basename } from 'node:path';
import type { Descriptor } from '../../../shared/descriptor.ts';
import { type LiveHandles, liveHandles } from './live-handles.ts';
import type { Provenance, Records } from './record.ts';

export type Origins = Map<number, Provenance>;

const WITH_PATH = ['regular', 'directory', 'character', 'block', 'fifo'];

/** Tells whether a record still speaks of this descriptor: its number may have been used again by native code. */
const speaksOf = ({ path }: Provenance, target: string): boolean =>
  path === undefined || basename(path) === basename(target.replace(/ \(deleted\)$/, ''));

/** Returns who opened these descriptors, as far as this thread's records tell. */
export function originsIn(records: Records, wanted: Descriptor[], all: Descriptor[]): Origins {
  const found: Origins = new Map();
  const none: LiveHandles = new Map();
  const handles = wanted.some(({ kind }) => kind === 'socket' || kind === 'pipe') ? liveHandles() : none;
  const streams = childStreams(records);
  for (const descriptor of wanted) {
    const provenance = originOf(descriptor, records, { handles, streams });
    if (provenance) found.set(descriptor.fd, provenance);
  }
  attributeAccepted(wanted, all, found, (fd) => {
    const handle = handles.get(fd);
    return handle && records.byObject.get(handle);
  });
  return found;
}

interface Objects {
  handles: LiveHandles;
  streams: Map<object | number, Provenance>;
}

function originOf(
  { fd, kind, target, anon }: Descriptor,
  records: Records,
  { handles, streams }: Objects,
): Provenance | undefined {
  if (WITH_PATH.includes(kind)) {
    const byNumber = records.byNumber.get(fd);
    if (byNumber && speaksOf(byNumber, target)) return byNumber;
    return kind === 'directory' ? records.byPath.get(target) : undefined;
  }
  if (anon === 'inotify') return records.firstWatch;
  const handle = handles.get(fd);
  return streams.get(handle ?? fd) ?? (handle && records.byObject.get(handle));
}

/** Returns streams to children, as objects, and channels to them, as numbers. */
function childStreams({ children }: Records): Map<object | number, Provenance> {
  const found = new Map<object | number, Provenance>();
  for (const { child, provenance } of children) {
    const process = child.deref();
    for (const stream of process?.stdio ?? []) if (stream) found.set(stream, provenance);
    const { fd } = (process?.channel ?? {}) as { fd?: number };
    if (fd !== undefined) found.set(fd, provenance);
  }
  return found;
}

const portOf = (address: string | undefined): string | undefined => address?.match(/:(\d+)$/)?.[1];

/** Attributes accepted connections to their server's `listen`: such a connection has the server's own address. */
function attributeAccepted(
  wanted: Descriptor[],
  all: Descriptor[],
  found: Origins,
  listened: (fd: number) => Provenance | undefined,
): void {
  const servers = all.filter(({ socket }) => socket?.state === 'LISTEN');
  for (const { fd, socket } of wanted) {
    if (found.has(fd) || !socket || socket.state === 'LISTEN') continue;
    const server = servers.find(({ socket: other }) =>
      socket.protocol === 'unix'
        ? socket.local !== undefined && other?.local === socket.local
        : other?.protocol === socket.protocol && portOf(other.local) === portOf(socket.local),
    );
    const provenance = server && listened(server.fd);
    if (provenance) found.set(fd, { ...provenance, thread: provenance.thread, act: 'accepted' });
  }
}

/** Returns who started this child; of a child's own child, nothing is known here. */
export const starterOf = ({ children }: Records, pid: number): Provenance | undefined =>
  children.find(({ child }) => child.deref()?.pid === pid)?.provenance;
