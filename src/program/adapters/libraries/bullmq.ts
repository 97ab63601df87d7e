import { randomUUID } from 'node:crypto';
import { InFlightError } from '../../../shared/errors/classes.ts';
import type { Adapter, AdapterApi } from '../adapter.ts';
import { sleep } from './shared/in-flight.ts';

/** BullMQ's worker, as far as this adapter uses it. */
interface Worker {
  id: string;
  name: string;
  lockManager?: { opts?: { workerId?: string }; trackedJobs?: Map<string, unknown> };
  run(): Promise<void>;
  close(force?: boolean): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void> | void;
  isPaused(): boolean;
  isRunning(): boolean;
}

/**
 * Keeps a copy of the program from going on with a job that another copy has too. Its connections are ioredis' or
 * redis' own.
 */
function adapt({ Worker }: { Worker: { prototype: Worker } }, api: AdapterApi): void {
  const running = new Set<Worker>();
  const paused = new Set<Worker>();
  const { run, close } = Worker.prototype;
  Object.assign(Worker.prototype, {
    run(this: Worker) {
      running.add(this);
      return run.call(this);
    },
    close(this: Worker, force?: boolean) {
      running.delete(this);
      return close.call(this, force);
    },
  });

  /** Pauses a worker by BullMQ's own means: the worker waits for the jobs in process and takes no others. */
  const pause = async (worker: Worker): Promise<string | undefined> => {
    paused.add(worker);
    const done = worker.pause().then(() => true);
    if (await Promise.race([done, sleep(api.doors.limit).then(() => false)])) return undefined;
    const jobs = [...(worker.lockManager?.trackedJobs?.keys() ?? [])].join(', ');
    return `BullMQ's worker of the queue "${worker.name}" is still processing the job ${jobs}`;
  };

  api.register({
    name: 'bullmq',
    async beforeCheckpoint() {
      const workers = [...running].filter((worker) => worker.isRunning() && !worker.isPaused());
      const busy = await Promise.all(workers.map(pause));
      const words = busy.filter((each) => each !== undefined);
      if (words.length > 0) throw new InFlightError(words, { limit: api.doors.limit });
    },
    async afterRestore({ restored }) {
      for (const worker of paused) {
        if (restored) {
          // The locks of the worker's jobs are made of its id.
          worker.id = randomUUID();
          if (worker.lockManager?.opts) worker.lockManager.opts.workerId = worker.id;
        }
        void worker.resume();
      }
      paused.clear();
    },
  });
}

export const adapters: Adapter[] = [
  { package: 'bullmq', versions: [['5.81', '7']], files: { 'dist/cjs/classes/worker.js': adapt } },
];
