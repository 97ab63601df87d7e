import { subscribe } from 'node:diagnostics_channel';

type Worker = import('node:worker_threads').Worker;

/** The Workers that this thread has started and that are running. */
export class RunningWorkers {
  readonly #workers = new Set<WeakRef<Worker>>();

  constructor() {
    subscribe('worker_threads', (message) => {
      this.#workers.add(new WeakRef((message as { worker: Worker }).worker));
    });
  }

  /** The thread ids of the Workers. */
  get ids(): number[] {
    const ids: number[] = [];
    for (const each of this.#workers) {
      const id = each.deref()?.threadId ?? -1;
      if (id < 0) this.#workers.delete(each);
      else ids.push(id);
    }
    return ids;
  }
}

// A program's fake timers must not hold up a checkpoint.
const { setTimeout, clearTimeout } = globalThis;

/**
 * Puts a question to all Workers over a channel on which they listen.
 * @param limit milliseconds that they have: a busy one does not answer
 * @param answered called with each answer; returns whether that was enough
 */
export async function askWorkers<Answer>(
  name: string,
  question: object,
  limit: number,
  answered: (answer: Answer) => boolean,
): Promise<void> {
  const { BroadcastChannel } = require('node:worker_threads') as typeof import('node:worker_threads');
  const channel = new BroadcastChannel(name);
  try {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limit);
      channel.onmessage = (event) => {
        if (!answered((event as { data: Answer }).data)) return;
        clearTimeout(timer);
        resolve();
      };
      channel.postMessage(question);
    });
  } finally {
    channel.close();
  }
}

let shared: RunningWorkers | undefined;

/** Returns the thread's one list, which knows the Workers that are started after the first call. */
export function runningWorkers(): RunningWorkers {
  shared ??= new RunningWorkers();
  return shared;
}
