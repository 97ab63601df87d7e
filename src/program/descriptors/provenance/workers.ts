import { basename } from 'node:path';
import type { Descriptor } from '../../../shared/descriptor.ts';
import { askWorkers, type RunningWorkers } from '../../fixups/running-workers.ts';
import { descriptorTable } from '../table.ts';
import { type Origins, originsIn } from './lookup.ts';
import type { Act, Records } from './record.ts';

type Threads = typeof import('node:worker_threads');

const CHANNEL = 'node-crac.descriptors';
/**
 * The time in milliseconds that Workers have to answer: a busy one does not, and its descriptors are then shown without
 * a place.
 */
const LIMIT = 250;

interface Question {
  ask: number[];
}

/** One answer: `[fd, act, time, thread, stack]`. */
type Answer = [number, Act, number, string, string][];

/** The Workers of this thread that are running, as witnesses. */
export class Workers {
  readonly #workers: RunningWorkers;

  constructor(workers: RunningWorkers) {
    this.#workers = workers;
  }

  /** Asks every Worker what it knows of these numbers. */
  async origins(fds: number[]): Promise<Origins> {
    const found: Origins = new Map();
    let expected = this.#workers.ids.length;
    if (expected === 0 || fds.length === 0) return found;
    const question: Question = { ask: fds };
    await askWorkers<Answer>(CHANNEL, question, LIMIT, (answer) => {
      for (const [fd, act, time, thread, stack] of answer)
        found.set(fd, { error: { stack }, act, time, thread });
      return --expected <= 0;
    });
    return found;
  }
}

/** Answers, in a Worker, for what it has opened itself. */
export function answerForThisWorker(records: Records): void {
  const { BroadcastChannel } = require('node:worker_threads') as Threads;
  const channel = new BroadcastChannel(CHANNEL);
  channel.unref();
  channel.onmessage = (event) => {
    const { ask } = (event as { data: Question | Answer }).data as Question;
    if (ask === undefined) return; // another Worker's answer
    const all = descriptorTable();
    const wanted = all.filter(({ fd }: Descriptor) => ask.includes(fd));
    const answer: Answer = [...originsIn(records, wanted, all)].map(([fd, { act, time, thread, error }]) => [
      fd,
      act,
      time,
      thread,
      error.stack ?? '',
    ]);
    channel.postMessage(answer);
  };
}

/** Returns the name that a Worker was given, where this version of Node tells it, or else its script. */
export function threadName(): string {
  const {
    isMainThread,
    threadId,
    threadName: name,
  } = require('node:worker_threads') as Threads & {
    threadName?: string;
  };
  if (isMainThread) return 'the main thread';
  const script = process.argv[1];
  const shown = name || (script && script !== '[worker eval]' ? basename(script) : '');
  return `Worker ${threadId}${shown ? ` (${shown})` : ''}`;
}
