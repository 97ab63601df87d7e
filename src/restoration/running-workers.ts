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

  /** Their thread ids. */
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

let shared: RunningWorkers | undefined;

/** One for the thread; it knows the Workers that are started after the first call. */
export function runningWorkers(): RunningWorkers {
  shared ??= new RunningWorkers();
  return shared;
}
