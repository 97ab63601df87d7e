import type { Adapter, AdapterApi } from '../adapter.ts';
import { BRIEFLY, sleep, until } from './shared/in-flight.ts';

// What pino writes with: sonic-boom into files and streams, thread-stream by a Worker. Lines that are still in memory at
// the dump would be written by every copy.

interface SonicBoom {
  readonly fd: number;
  readonly destroyed: boolean;
  readonly _writing: boolean;
  readonly _len: number;
  flushSync(): void;
}

interface ThreadStream {
  readonly destroyed: boolean;
  flush(callback: (error?: Error) => void): void;
  /** Blocks until the Worker has read everything. */
  flushSync(): void;
}

type On = (event: string, ...words: unknown[]) => unknown;
interface EmitterClass {
  prototype: { on: On };
}

/** The time in milliseconds for a Worker to write what it has. */
const LIMIT = 2000;
/** The time in milliseconds in which it writes the few lines that came at the last moment. */
const LAST_LINES = 10;

/** Notes each instance of a class: its constructor listens to an event of its own, which nobody else does so early. */
function noteInstances<Instance extends object>({ prototype }: EmitterClass, own: string): () => Instance[] {
  const instances = new Set<WeakRef<Instance>>();
  const known = new WeakSet<object>();
  const { on } = prototype;
  prototype.on = function noted(this: Instance, event, ...words) {
    if (event === own && !known.has(this)) {
      known.add(this);
      instances.add(new WeakRef(this));
    }
    return on.call(this, event, ...words);
  };
  return () =>
    [...instances].flatMap((reference) => {
      const instance = reference.deref();
      if (instance === undefined) instances.delete(reference);
      return instance ?? [];
    });
}

function adaptSonicBoom(SonicBoom: EmitterClass, api: AdapterApi): void {
  const instances = noteInstances<SonicBoom>(SonicBoom, 'newListener');
  const open = () => instances().filter(({ fd, destroyed }) => fd >= 0 && !destroyed);
  const isWriting = () => open().some(({ _writing }) => _writing);
  const flush = () => {
    for (const each of open()) if (!each._writing && each._len > 0) each.flushSync();
  };
  api.register({
    name: 'pino',
    async beforeFreeze() {
      await until(() => !isWriting(), BRIEFLY);
      flush();
    },
    inFlight: () => (isWriting() ? 'pino is writing a log' : undefined),
    letGo: flush,
  });
}

function adaptThreadStream(ThreadStream: EmitterClass, api: AdapterApi): void {
  const instances = noteInstances<ThreadStream>(ThreadStream, 'message');
  const live = () => instances().filter(({ destroyed }) => !destroyed);
  const written = new WeakMap<ThreadStream, string>();
  const flushed = (stream: ThreadStream) =>
    new Promise<void>((resolve) => {
      // A stream whose Worker has ended has nothing left to flush, and tells the program so by itself.
      stream.flush(() => {
        written.set(stream, positionOf(stream));
        resolve();
      });
    });
  const behind = () => live().filter((stream) => written.get(stream) !== positionOf(stream));
  api.register({
    name: "pino's transports",
    async beforeFreeze() {
      await Promise.race([Promise.all(live().map(flushed)), sleep(LIMIT)]);
    },
    letGo() {
      const late = behind();
      for (const stream of late) stream.flushSync();
      if (late.length > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_LINES);
    },
  });
}

/** Returns a text that changes with each line on the way to the Worker. */
function positionOf(stream: ThreadStream): string {
  const symbol = Object.getOwnPropertySymbols(stream).find(({ description }) => description === 'kImpl');
  const { state, bufLen, buf } = (symbol ? (stream as never)[symbol] : {}) as {
    state?: Int32Array;
    bufLen?: number;
    buf?: unknown;
  };
  return `${state?.[4]} ${bufLen ?? (typeof buf === 'string' ? buf.length : 0)}`; // index 4 is its WRITE_INDEX
}

const WITHOUT = 'what is not written yet is written by every copy. Flush the logger in beforeCheckpoint';

export const adapters: Adapter[] = [
  {
    package: 'sonic-boom',
    versions: [
      ['3.8', '4'],
      ['4.2', '5'],
    ],
    without: WITHOUT,
    files: { 'index.js': adaptSonicBoom },
  },
  {
    package: 'thread-stream',
    versions: [
      ['3.2', '4'],
      ['4.2', '5'],
    ],
    without: WITHOUT,
    files: { 'index.js': adaptThreadStream },
  },
];
