import { InFlightError } from '../../../../shared/errors/classes.ts';
import type { AdapterApi } from '../../adapter.ts';
import { sleep } from '../shared/in-flight.ts';

/** Milliseconds on top of that: by default the broker answers a fetch that finds nothing after five seconds. */
const FETCH = 3000;

/** A KafkaJS consumer, as far as this adapter uses it: its public methods. */
interface Consumer {
  run(options?: object): Promise<void>;
  stop(): Promise<void>;
  disconnect(): Promise<void>;
  connect(): Promise<void>;
}

/**
 * Makes consumers leave their group before the dump and join it anew. A copy that went on as the same member of a group
 * would process the messages of another copy.
 */
export function adaptConsumers(
  create: (options: { groupId: string }) => Consumer,
  api: AdapterApi,
): typeof create {
  /** The consumers that run, with what each was asked to run: KafkaJS does not keep it. */
  const running = new Map<Consumer, { options: object | undefined; groupId: string }>();
  const stopped = new Map<Consumer, object | undefined>();

  api.register({
    name: 'kafkajs consumers',
    async beforeCheckpoint() {
      const consumers = [...running];
      const stop = async ([consumer, { options, groupId }]: (typeof consumers)[number]) => {
        stopped.set(consumer, options);
        // KafkaJS waits for the batch that is being processed, and commits.
        const done = own(consumer)
          .disconnect()
          .then(() => true);
        if (await Promise.race([done, sleep(api.doors.limit + FETCH).then(() => false)])) return undefined;
        return `a KafkaJS consumer of the group "${groupId}" is still processing a batch`;
      };
      const busy = (await Promise.all(consumers.map(stop))).filter((each) => each !== undefined);
      if (busy.length > 0) throw new InFlightError(busy, { limit: api.doors.limit + FETCH });
    },
    afterRestore() {
      for (const [consumer, options] of stopped) void resume(consumer, options);
      stopped.clear();
    },
  });

  const resume = async (consumer: Consumer, options: object | undefined): Promise<void> => {
    try {
      await own(consumer).connect();
      await own(consumer).run(options);
    } catch (error) {
      process.emitWarning(
        `kafkajs: a consumer could not join its group again: ${(error as Error).message}. Ask it to in afterRestore:\n  getGlobalContext().register({ afterRestore: () => consumer.connect().then(() => consumer.run({ … })) })`,
      );
    }
  };

  /** Consumer → the same with the methods that KafkaJS has made. */
  const originals = new WeakMap<Consumer, Consumer>();
  const own = (consumer: Consumer): Consumer => originals.get(consumer) as Consumer;

  return (options) => {
    const consumer = create(options);
    originals.set(consumer, { ...consumer });
    const { run, stop, disconnect } = consumer;
    const forgotten = (end: () => Promise<void>) => () => {
      running.delete(consumer);
      return end();
    };
    return Object.assign(consumer, {
      run(how?: object) {
        running.set(consumer, { options: how, groupId: options.groupId });
        return run(how);
      },
      stop: forgotten(stop),
      disconnect: forgotten(disconnect),
    });
  };
}
