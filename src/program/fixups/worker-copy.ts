import type { SerializedRandomness } from '../../shared/protocol/messages.ts';
import { livingWith } from '../randomness/living.ts';
import type { Generation } from './generation.ts';
import type { NewCopy } from './new-copy.ts';
import { askWorkers } from './running-workers.ts';

const { setImmediate } = globalThis; // the program may have timers of its own

const CHANNEL = 'node-crac.copy';

const workerThreads = () => require('node:worker_threads') as typeof import('node:worker_threads');
const channelOf = () => new (workerThreads().BroadcastChannel)(CHANNEL);

/**
 * The time in milliseconds in which Workers that had answered arrive: none in a common checkpoint, whose loops are
 * idle.
 */
const ARRIVAL_LIMIT = 2000;
/** The time in milliseconds for the others, which may wait without their loop and never come. */
const BRIEFLY = 250;
/** The time in milliseconds for the Workers' own callbacks, before the program goes on without waiting. */
const LEAVING_LIMIT = 1000;
/** The time in milliseconds for the Workers to answer: each collects its garbage first. */
const ANSWER_LIMIT = 5000;

/** Indices into the memory that all threads share. */
const RELEASED = 0;
const ARRIVED = 1;
const LEFT = 2;

interface Hold {
  hold: Int32Array;
  awaited: number[];
}

interface Question {
  ask: 'rows';
}

interface Answer {
  rows: SerializedRandomness[];
}

type Wait = typeof Atomics.wait;

/**
 * Has `action` come first where an idle thread of a pool (piscina, tinypool) is woken in a copy: it waits without its
 * loop, and calculates at once.
 */
function afterEachWait(action: () => void): Wait {
  const { wait } = Atomics;
  Atomics.wait = function waitAndLook(...words: unknown[]) {
    const outcome = Reflect.apply(wait, Atomics, words);
    action();
    return outcome;
  } as Wait;
  return wait;
}

/** Has a Worker stand still with the main thread, and act first in a new copy. */
export function followCopies(generation: Generation, newCopy: NewCopy): void {
  const { threadId } = workerThreads();
  const channel = channelOf();
  let known = generation.copy;
  const enterNewCopy = () => {
    if (generation.copy === known) return;
    known = generation.copy;
    newCopy.enter();
    for (const failure of newCopy.takeFailures()) process.emitWarning(failure);
  };
  const wait = afterEachWait(() => {
    if (generation.copy === known) return;
    newCopy.prepareOwn(); // nothing has happened in this thread since the dump
    enterNewCopy();
  });
  const answer = () => {
    const post = () =>
      channel.postMessage({
        rows: newCopy.rows().map((row) => ({ ...row, thread: `Worker ${threadId}` })),
      } satisfies Answer);
    if (!newCopy.letGo()) return post();
    // In another turn, because what was looked at in this one is not collected.
    setImmediate(() => {
      livingWith(post); // collects this thread's garbage
      newCopy.findDerived();
      post();
    });
  };
  channel.unref();
  channel.onmessage = (event: unknown) => {
    const { data } = event as { data: Hold | Question | Answer };
    if ('ask' in data) answer();
    if (!('hold' in data)) return;
    const { hold, awaited } = data;
    const isAwaited = awaited.includes(threadId);
    newCopy.prepareOwn();
    if (isAwaited) count(hold, ARRIVED);
    wait(hold, RELEASED, 0);
    enterNewCopy();
    if (isAwaited) count(hold, LEFT);
  };
}

function count(hold: Int32Array, element: number): void {
  Atomics.add(hold, element, 1);
  Atomics.notify(hold, element);
}

function untilAll(hold: Int32Array, element: number, wanted: number, limit: number): void {
  const end = performance.now() + limit;
  for (let here = Atomics.load(hold, element); here < wanted; here = Atomics.load(hold, element))
    if (Atomics.wait(hold, element, here, Math.max(0, end - performance.now())) === 'timed-out') return;
}

/** For a program without Workers; the same function each time, which is compiled already. */
export const nobodyWaits = (): void => {};

/**
 * Makes those Workers that have answered stand still at the end of a turn of theirs, so that they can be the first to
 * act in a copy; called in the main thread, in the turn of the dump. Others act when their loop turns next.
 * @param running all that this thread has started; those that have not answered are waited for briefly
 * @returns a function that lets them go; it waits for those that have come
 */
export function holdWorkers(attentive: number[], running: number[]): () => void {
  const awaited = [...new Set([...attentive, ...running])];
  if (awaited.length === 0) return nobodyWaits;
  const hold = new Int32Array(new SharedArrayBuffer(12));
  const channel = channelOf();
  channel.postMessage({ hold, awaited } satisfies Hold);
  channel.close();
  untilAll(hold, ARRIVED, attentive.length, ARRIVAL_LIMIT);
  untilAll(hold, ARRIVED, awaited.length, BRIEFLY);
  return () => {
    Atomics.store(hold, RELEASED, 1);
    Atomics.notify(hold, RELEASED);
    untilAll(hold, LEFT, Atomics.load(hold, ARRIVED), LEAVING_LIMIT);
  };
}

/** Returns what Workers have drawn, for a reader; called in the main thread. */
export async function rowsOfWorkers(running: number[]): Promise<SerializedRandomness[]> {
  const rows: SerializedRandomness[] = [];
  let expected = running.length;
  if (expected === 0) return rows;
  const question: Question = { ask: 'rows' };
  await askWorkers<Answer>(CHANNEL, question, ANSWER_LIMIT, (answer) => {
    rows.push(...(answer.rows ?? []));
    return --expected <= 0;
  });
  return rows;
}
