import { readFileSync } from 'node:fs';
import type { Addon } from '../../../shared/addon.ts';
import type { Descriptor } from '../../../shared/descriptor.ts';
import { OWN_PID } from '../../fixups/own-pid.ts';
import { runningWorkers } from '../../fixups/running-workers.ts';
import { isAlive, recordChildren } from './children.ts';
import { recordFiles } from './files.ts';
import { type Origins, originsIn, starterOf } from './lookup.ts';
import { nativeProvenance } from './native.ts';
import { type Provenance, Records, type StackDepth } from './record.ts';
import { recordSockets } from './sockets.ts';
import { answerForThisWorker, threadName, Workers } from './workers.ts';

export type { Origins } from './lookup.ts';
export type { Provenance, StackDepth } from './record.ts';

/** The record of who opened what, from the start of the main thread. */
export class Provenances {
  readonly #records: Records | undefined;
  readonly #workers: Workers | undefined;

  /** @param depth the value of `--descriptor-stacks` */
  constructor(depth: StackDepth) {
    if (depth === 'off') return;
    this.#records = record(depth, () => 'the main thread');
    this.#workers = new Workers(runningWorkers());
  }

  /**
   * Finds who opened the wanted descriptors.
   * @param wanted the descriptors that somebody will read about: looking takes milliseconds
   * @param all every descriptor of the process
   */
  async of(wanted: Descriptor[], all: Descriptor[], openedBy?: Addon['openedBy']): Promise<Origins> {
    if (!this.#records) return new Map();
    const found = originsIn(this.#records, wanted, all);
    const rest = wanted.filter(({ fd }) => !found.has(fd));
    for (const { fd } of rest) {
      const provenance = nativeProvenance(openedBy, fd, nameOfThread);
      if (provenance) found.set(fd, provenance);
    }
    const unknown = rest.filter(({ fd }) => !found.has(fd)).map(({ fd }) => fd);
    for (const [fd, provenance] of (await this.#workers?.origins(unknown)) ?? []) found.set(fd, provenance);
    for (const [fd, provenance] of inspectorIn(wanted)) found.set(fd, provenance);
    return found;
  }

  /** Returns who opened the connections of this thread, by number, without a look into the heap. */
  connections(fds: number[], openedBy?: Addon['openedBy']): Origins {
    const found: Origins = new Map();
    for (const each of this.#records?.connected ?? []) {
      const socket = each.deref();
      const fd = socket && numberOf(socket);
      const provenance = socket && this.#records?.byObject.get(socket);
      if (provenance && fd !== undefined && fds.includes(fd)) found.set(fd, provenance);
    }
    for (const fd of fds.filter((each) => !found.has(each))) {
      const provenance = nativeProvenance(openedBy, fd, nameOfThread);
      if (provenance) found.set(fd, provenance);
    }
    return found;
  }

  /** Lists children that this thread has started and that live, and who did. */
  children(): { pid: number; provenance: Provenance }[] {
    return (this.#records?.children ?? []).flatMap(({ child, provenance }) => {
      const process = child.deref();
      const { pid } = process ?? {};
      return process && pid !== undefined && isAlive(process) ? [{ pid, provenance }] : [];
    });
  }

  /** Returns who started the child with this PID. */
  ofChild(pid: number): Provenance | undefined {
    return this.#records && starterOf(this.#records, pid);
  }
}

/** Finds sockets of `--inspect` and `inspector.open()`, which listen without JavaScript. */
function inspectorIn(wanted: Descriptor[]): Origins {
  const listening = wanted.filter(({ socket }) => socket?.state === 'LISTEN');
  if (listening.length === 0) return new Map();
  const { url } = require('node:inspector') as typeof import('node:inspector');
  const address = url()?.match(/^ws:\/\/([^/]+)\//)?.[1];
  const found = listening.find(({ socket }) => socket?.local === address);
  const provenance = {
    error: {},
    time: processStart(),
    thread: 'the main thread',
    act: 'inspector',
  } as const;
  return new Map(found ? [[found.fd, provenance]] : []);
}

const processStart = (): number => Math.round(performance.timeOrigin);

/** Records what a Worker opens, and answers in it when the main thread asks. */
export function recordInWorker(depth: StackDepth): void {
  if (depth !== 'off') answerForThisWorker(record(depth, threadName));
}

function record(depth: Exclude<StackDepth, 'off'>, thread: () => string): Records {
  const records = new Records(depth, thread);
  recordFiles(records);
  recordSockets(records);
  recordChildren(records);
  // ES modules that import these by name see the replaced ones only after this call.
  (require('node:module') as typeof import('node:module')).syncBuiltinESMExports();
  return records;
}

/** Returns the number of a socket's descriptor; undefined once the socket is closed. */
export function numberOf(socket: object): number | undefined {
  const fd = (socket as { _handle?: { fd?: unknown } | null })._handle?.fd;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}

function nameOfThread(tid: number): string {
  if (tid === OWN_PID) return 'the main thread';
  try {
    return `thread ${tid} (${readFileSync(`/proc/self/task/${tid}/comm`, 'utf8').trim()})`;
  } catch {
    return `thread ${tid}`; // the thread has ended
  }
}
