import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Adapter, AdapterApi } from '../adapter.ts';

interface Context {
  dispose(): Promise<void>;
}

interface Esbuild {
  stop?(): Promise<void>;
  context?(...args: unknown[]): Promise<Context>;
}

/** The calls that the service answers. */
const CALLS = ['build', 'transform', 'formatMessages', 'analyzeMetafile'] as const;

/** The time in milliseconds for builds that are under way; they go on by the same service when it is over. */
const PATIENCE = 10_000;

// A program's fake timers must not hold up a checkpoint.
const { setTimeout } = globalThis;

const children = new Set<ChildProcess>();

/** Remembers processes that may be the service: what they are executed with is known only later. */
function watchChildren(): void {
  subscribe('child_process', (message) => {
    const { process: child } = message as { process: ChildProcess };
    children.add(child);
    child.once('exit', () => children.delete(child));
    child.once('error', () => children.delete(child));
  });
}

const isService = ({ spawnargs = [] }: ChildProcess): boolean =>
  spawnargs.some((word) => word.startsWith('--service='));

/** Waits until the service, which has been told to end, is gone: a child would be in the way of the dump. */
async function ended(): Promise<void> {
  for (const child of [...children].filter(isService)) {
    child.ref();
    if (children.has(child)) await once(child, 'exit');
  }
}

/**
 * Ends the process that esbuild keeps for its work; the next call starts one, as it does when the first comes. One that
 * watches or serves (`context`) stays: it knows what it has built.
 */
function install(exports: Esbuild & Record<string, unknown>, api: AdapterApi): unknown {
  const { stop, context } = exports;
  if (!stop || !context) return undefined;
  const working = new Set<Promise<unknown>>();
  const contexts = new Set<Context>();
  const follow = <T>(work: Promise<T>): Promise<T> => {
    const done = Promise.resolve(work).then(
      () => {},
      () => {},
    );
    working.add(done);
    done.then(() => working.delete(done));
    return work;
  };
  const own = Object.defineProperty({ ...exports }, '__esModule', { value: true });
  for (const name of CALLS) {
    const original = exports[name] as ((...args: unknown[]) => Promise<unknown>) | undefined;
    if (original) own[name] = (...args: unknown[]) => follow(original(...args));
  }
  own.context = async (...args: unknown[]) => {
    const made = await follow(context(...args));
    contexts.add(made);
    const { dispose } = made;
    made.dispose = async () => {
      await dispose.call(made);
      contexts.delete(made);
    };
    return made;
  };
  api.register({
    name: 'esbuild',
    async beforeCheckpoint() {
      await Promise.race([Promise.all(working), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
      if (working.size > 0 || contexts.size > 0) return;
      await stop();
      await ended();
    },
  });
  return own;
}

export const adapters: Adapter[] = [
  {
    package: 'esbuild',
    versions: [['0.28', '0.29']],
    without:
      'it keeps a process for its work, which the engine direct refuses. Call `await esbuild.stop()` in beforeCheckpoint',
    files: { 'lib/main.js': install },
    start: watchChildren,
  },
];
