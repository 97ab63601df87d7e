import { askWorkers } from './running-workers.ts';

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

/** The time in milliseconds for a Worker to answer at a checkpoint; one that has not is not waited for at a restore. */
const ANSWER_LIMIT = 100;
/**
 * The time in milliseconds that the Workers that had answered have at a restore: none in a common one, whose loops are
 * idle.
 */
const APPLY_LIMIT = 250;

interface Ping {
  ping: true;
}

/** The answer to a ping. */
interface Here {
  here: number;
}

interface News {
  changes: EnvironmentChange[];
  /** Thread ids of the Workers that are waited for. */
  awaited: number[];
  /** One element: how many of these have applied the changes. */
  applied: Int32Array;
}

const channelOf = () => new (workerThreads().BroadcastChannel)(CHANNEL);

/**
 * Follows, in a Worker, what a restore changes: its `process.env` is a copy that the main thread's changes do not
 * reach. A variable that the Worker or its maker has set otherwise stays.
 * @param forgetTimeZone makes Date forget the time zone of the checkpoint
 * @param beforeCheckpoint called at each
 * @param isCopy whether the Worker was made with all of its maker's variables: others are told only of what they have
 */
export function followEnvironment(
  forgetTimeZone: () => void,
  beforeCheckpoint: () => void,
  isCopy: boolean,
): void {
  const { threadId } = workerThreads();
  const channel = channelOf();
  channel.unref();
  channel.onmessage = (event: unknown) => {
    const { data } = event as { data: Ping | Here | News };
    if ('ping' in data) {
      beforeCheckpoint();
      channel.postMessage({ here: threadId } satisfies Here);
    }
    if (!('changes' in data)) return;
    applyAll(data.changes, isCopy);
    if (data.changes.some(({ name }) => name === 'TZ')) forgetTimeZone();
    if (!data.awaited.includes(threadId)) return;
    Atomics.add(data.applied, 0, 1);
    Atomics.notify(data.applied, 0);
  };
}

function applyAll(changes: EnvironmentChange[], isCopy: boolean): void {
  for (const change of changes) {
    if (process.env[change.name] !== change.before || (change.before === undefined && !isCopy)) continue;
    applyChange(change);
  }
}

/**
 * Finds the Workers whose loops turn; called before a checkpoint, in the main thread. A Worker that waits without its
 * loop (an idle thread of a pool in `Atomics.wait`) or that calculates would hold up the restore.
 * @param running thread ids of the Workers that this thread has started
 * @param limit milliseconds that they have: it is waited out if one of them waits without its loop
 * @returns thread ids of those, and perhaps of their Workers, that have answered
 */
export async function attentiveWorkers(running: number[], limit = ANSWER_LIMIT): Promise<number[]> {
  const here = new Set<number>();
  if (running.length === 0) return [];
  const ping: Ping = { ping: true };
  await askWorkers<Here>(CHANNEL, ping, limit, (answer) => {
    here.add(answer.here);
    return running.every((id) => here.has(id));
  });
  return [...here];
}

/**
 * Tells Workers the changes; called in the main thread of a restored program. Returns only when the attentive ones have
 * the new values, so that no request is answered with the old ones. The others apply them in their loops' next turn.
 */
export function tellWorkers(changes: EnvironmentChange[], awaited: number[]): void {
  if (changes.length === 0) return;
  const applied = new Int32Array(new SharedArrayBuffer(4));
  const channel = channelOf();
  channel.postMessage({ changes, awaited, applied } satisfies News);
  channel.close();
  const end = performance.now() + APPLY_LIMIT;
  for (let count = 0; count < awaited.length; count = Atomics.load(applied, 0))
    if (Atomics.wait(applied, 0, count, Math.max(0, end - performance.now())) === 'timed-out') return;
}
