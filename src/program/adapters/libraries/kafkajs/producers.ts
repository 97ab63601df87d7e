import type { AdapterApi } from '../../adapter.ts';
import type { Gate } from '../shared/gate.ts';
import { finishCurrent, sleep } from '../shared/in-flight.ts';
import { live } from '../shared/live.ts';

type Method = (...words: unknown[]) => Promise<unknown>;

/** A KafkaJS producer, as far as this adapter uses it: its public methods. */
interface Producer {
  send: Method;
  sendBatch: Method;
  transaction(): Promise<Transaction>;
}

interface Transaction {
  commit: Method;
  abort: Method;
}

/**
 * KafkaJS's object that knows the producer's id and counts its messages; by both the broker recognises what it has
 * already.
 */
interface ProducerId {
  isInitialized(): boolean;
  initProducerId(): Promise<void>;
}

const ATTEMPTS = 6;

/** Each piece of work in flight, with words for it. */
const work = new Map<object, string>();
/** The pieces of work that only the program can end. */
const transactions = new Map<object, string>();
/**
 * Settles when the producers have ids of their own: two copies' messages with one id and number are one to the broker.
 */
let renewed: Promise<unknown> | undefined;

/**
 * Waits for what is being sent when the connection is to be cut: KafkaJS would send it again, and so would every copy.
 * Producers connect again by themselves when they are used.
 */
export function adaptProducers(create: (options: object) => Producer, api: AdapterApi): typeof create {
  api.register({
    name: 'kafkajs producers',
    beforeCheckpoint: () => finishCurrent(() => new Map(work), api.doors.limit),
    openWork: () => new Map(transactions),
    inFlight: () => work.values().next().value,
  });
  const { ask, begin } = api.doors;
  return (options) => {
    const producer = create(options);
    const { send, sendBatch, transaction } = producer;
    return Object.assign(producer, {
      send: counted(send, SENDS, ask),
      sendBatch: counted(sendBatch, SENDS, ask),
      transaction: async () => followed(await counted(transaction as Method, BEGINS, begin)()) as Transaction,
    });
  };
}

const OPEN = 'KafkaJS has a transaction open';
const SENDS = 'KafkaJS is sending messages';
const BEGINS = 'KafkaJS begins a transaction';

const counted =
  (method: Method, words: string, gate: Gate): Method =>
  async (...given) => {
    await gate.passed(() => renewed);
    const piece = {};
    work.set(piece, words);
    try {
      return await method(...given);
    } finally {
      work.delete(piece);
    }
  };

/** Counts a call's result as in flight until it has ended. */
function followed(made: unknown): unknown {
  const transaction = made as Transaction;
  work.set(transaction, OPEN);
  transactions.set(transaction, OPEN);
  const ending =
    (end: Method): Method =>
    (...given) =>
      end(...given).finally(() => {
        work.delete(transaction);
        transactions.delete(transaction);
      });
  const { commit, abort } = transaction;
  return Object.assign(transaction, { commit: ending(commit), abort: ending(abort) });
}

/** Gives idempotent and transactional producers an id of their own in each copy, before they send again. */
export function adaptProducerIds(create: (options: object) => ProducerId, api: AdapterApi): typeof create {
  const known = new Set<WeakRef<ProducerId>>();
  api.register({
    name: 'kafkajs producer ids',
    afterRestore({ restored }) {
      if (!restored) return;
      const used = live(known).filter((one) => one.isInitialized());
      if (used.length === 0) return;
      renewed = Promise.all(used.map(renew)).finally(() => {
        renewed = undefined;
      });
    },
  });
  return (options) => {
    const made = create(options);
    known.add(new WeakRef(made));
    return made;
  };
}

/** Renews an id. KafkaJS finds out by the first attempt that its connections have ended with the dump. */
async function renew(producerId: ProducerId): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await producerId.initProducerId();
    } catch (error) {
      if (attempt < ATTEMPTS) await sleep(attempt * 100);
      else
        return process.emitWarning(
          `kafkajs: a producer got no new id: ${(error as Error).message}. What it sends may be taken for another copy's: make it anew in afterRestore`,
        );
    }
  }
}
