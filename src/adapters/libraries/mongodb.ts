import type { Adapter, AdapterApi } from '../adapter.ts';
import { BRIEFLY, until } from './shared/in-flight.ts';

/** What this adapter uses of the driver and of bson. */
interface SessionPool {
  sessions: { clear(): void };
}
type SessionPoolClass = new (client: unknown) => SessionPool;
interface ConnectionPool {
  currentCheckedOutCount: number;
}
type ConnectionPoolClass = new (...words: unknown[]) => ConnectionPool;
interface ObjectIdClass {
  index: number;
  PROCESS_UNIQUE?: unknown;
  resetState?(): void;
}

const HOOK = 'node-crac.bson';
const sessionPools = new Set<WeakRef<SessionPool>>();
const connectionPools = new Set<WeakRef<ConnectionPool>>();
/** For each bson that is loaded: it begins its ObjectIds anew. */
const renewals: (() => void)[] = [];

const live = <T extends object>(references: Set<WeakRef<T>>): T[] =>
  [...references].flatMap((reference) => reference.deref() ?? []);

/**
 * The server takes a write with the session and number of an earlier one for a repetition, and does nothing: copies
 * must not have the same sessions. Connections need nothing: the driver makes new ones, and repeats what was cut.
 */
function adaptSessions(exports: { ServerSessionPool: SessionPoolClass }, api: AdapterApi): void {
  const Base = exports.ServerSessionPool;
  exports.ServerSessionPool = class ServerSessionPool extends Base {
    constructor(client: unknown) {
      super(client);
      sessionPools.add(new WeakRef<SessionPool>(this));
    }
  };
  api.register({
    name: 'mongodb',
    async beforeFreeze() {
      await until(() => live(connectionPools).every((pool) => pool.currentCheckedOutCount === 0), BRIEFLY);
    },
    afterRestore({ restored }) {
      if (restored) for (const { sessions } of live(sessionPools)) sessions.clear();
    },
  });
}

function adaptConnections(exports: { ConnectionPool: ConnectionPoolClass }): void {
  const Base = exports.ConnectionPool;
  exports.ConnectionPool = class ConnectionPool extends Base {
    constructor(...words: unknown[]) {
      super(...words);
      connectionPools.add(new WeakRef<ConnectionPool>(this));
    }
  };
}

// The end of bson's files calls it.
(globalThis as Record<symbol, unknown>)[Symbol.for(HOOK)] = (
  ObjectId: ObjectIdClass,
  forgetProcess: () => void,
): void => {
  renewals.push(() => {
    if (ObjectId.resetState) return ObjectId.resetState();
    ObjectId.index = Math.floor(Math.random() * 0x1000000);
    if ('PROCESS_UNIQUE' in ObjectId) ObjectId.PROCESS_UNIQUE = null;
    forgetProcess();
  });
};

/** An ObjectId is a time, a number of the process' own and a counter: copies would make the same ones. */
const bson = {
  // In old versions the number is a variable of the module.
  append: `\n;globalThis[Symbol.for('${HOOK}')]?.(ObjectId, () => { if (typeof PROCESS_UNIQUE !== 'undefined') PROCESS_UNIQUE = null; });`,
};

export const adapters: Adapter[] = [
  {
    package: 'bson',
    versions: [['5', '8']],
    without:
      'the ObjectIds of all copies of one image have the same process part. Give documents an _id of crypto.randomUUID()',
    files: { 'lib/bson.cjs': bson, 'lib/bson.node.mjs': bson, 'lib/bson.mjs': bson },
    start: (api) =>
      api.register({
        name: 'bson',
        afterRestore({ restored }) {
          if (restored) for (const renew of renewals) renew();
        },
      }),
    renewals: {
      'lib/bson.node.mjs': ({ ObjectId }: { ObjectId: ObjectIdClass }) => ObjectId.resetState?.(),
    },
  },
  {
    package: 'mongodb',
    versions: [['5', '8']],
    files: { 'lib/sessions.js': adaptSessions, 'lib/cmap/connection_pool.js': adaptConnections },
  },
];
