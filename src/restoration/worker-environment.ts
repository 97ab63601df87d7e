import { isBuiltinLoaded } from './loaded.ts';

/** One variable that the caller of a restore has otherwise than the program had it; undefined where it is not set. */
export interface EnvironmentChange {
  name: string;
  before?: string | undefined;
  after?: string | undefined;
}

const CHANNEL = 'node-crac.environment';

const workerThreads = () => require('node:worker_threads') as typeof import('node:worker_threads');

export function applyChange({ name, after }: EnvironmentChange): void {
  if (after === undefined) delete process.env[name];
  else process.env[name] = after;
}

/**
 * In a Worker, whose `process.env` is a copy that the main thread's changes do not reach: follows what a restore
 * changes. A variable that the Worker or its maker has set otherwise stays. Applied in the Worker's next turn of the
 * loop, so that after a restore it may still see the old values for a moment.
 *
 * @param forgetTimeZone Date keeps the time zone of the checkpoint otherwise
 */
export function followEnvironment(forgetTimeZone: () => void): void {
  const channel = new (workerThreads().BroadcastChannel)(CHANNEL);
  channel.unref();
  channel.onmessage = (event: unknown) => {
    const changes = (event as { data: EnvironmentChange[] }).data;
    // One that was given an `env` of its own is not told of what it has never seen.
    const isCopy = process.env.LD_PRELOAD !== undefined;
    for (const change of changes) {
      if (process.env[change.name] !== change.before || (change.before === undefined && !isCopy)) continue;
      applyChange(change);
    }
    if (changes.some(({ name }) => name === 'TZ')) forgetTimeZone();
  };
}

/** In the main thread of a restored program. */
export function tellWorkers(changes: EnvironmentChange[]): void {
  if (changes.length === 0 || !isBuiltinLoaded('worker_threads')) return;
  const channel = new (workerThreads().BroadcastChannel)(CHANNEL);
  channel.postMessage(changes);
  channel.close();
}
