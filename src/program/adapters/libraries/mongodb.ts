import type { Adapter, AdapterApi } from '../adapter.ts';
import { BRIEFLY, until } from './shared/in-flight.ts';
import { live } from './shared/live.ts';

/** The parts of the driver and of bson that this adapter uses. */
interface ServerSession {
  /** True where the pool is not to take the session back. */
  isDirty: boolean;
}
interface SessionPool {
  sessions: { clear(): void };
  acquire(): ServerSession;
  release(session: ServerSession): void;
}
type SessionPoolClass = new (client: unknown) => SessionPool;
interface ConnectionPool {
  currentCheckedOutCount: number;
  checkOut(...words: unknown[]): unknown;
}
type ConnectionPoolClass = new (...words: unknown[]) => ConnectionPool;
interface ObjectIdClass {
  index: number;
  PROCESS_UNIQUE?: unknown;
  resetState?(): void;
}

const HOOK = 'node-crac.bson';
const sessionPools = new Set<WeakRef<SessionPool>>();
/** The sessions in use; one that its program forgets to end is forgotten here, too. */
const inUse = new Set<WeakRef<ServerSession>>();
const references = new WeakMap<ServerSession, WeakRef<ServerSession>>();
const connectionPools = new Set<WeakRef<ConnectionPool>>();
/** A function for each bson that is loaded, which begins its ObjectIds anew. */
const renewals: (() => void)[] = [];

/**
 * Keeps copies from having the same sessions: the server takes a write with the session and number of an earlier one
 * for a repetition, and does nothing. Connections need nothing: the driver makes new ones, and repeats what was cut.
 */
function adaptSessions(exports: { ServerSessionPool: SessionPoolClass }, api: AdapterApi): void {
  const Base = exports.ServerSessionPool;
  exports.ServerSessionPool = class ServerSessionPool extends Base {
    constructor(client: unknown) {
      super(client);
      sessionPools.add(new WeakRef<SessionPool>(this));
    }
    override acquire(): ServerSession {
      const session = super.acquire();
      const reference = references.get(session) ?? new WeakRef(session);
      references.set(session, reference);
      inUse.add(reference);
      return session;
    }
    override release(session: ServerSession): void {
      inUse.delete(references.get(session) as WeakRef<ServerSession>);
      super.release(session);
    }
  };
  api.register({
    name: 'mongodb',
    async beforeFreeze() {
      await until(() => live(connectionPools).every((pool) => pool.currentCheckedOutCount === 0), BRIEFLY);
    },
    afterRestore({ restored }) {
      if (!restored) return;
      for (const { sessions } of live(sessionPools)) sessions.clear();
      // Every copy repeats what is under way in such a session, and it is done once; no other work of theirs may use
      // it.
      for (const session of live(inUse)) session.isDirty = true;
    },
  });
}

function adaptConnections(exports: { ConnectionPool: ConnectionPoolClass }, { doors }: AdapterApi): void {
  const Base = exports.ConnectionPool;
  exports.ConnectionPool = class ConnectionPool extends Base {
    constructor(...words: unknown[]) {
      super(...words);
      connectionPools.add(new WeakRef<ConnectionPool>(this));
    }
    /** Returns a promise; in version 5 takes a callback. */
    override checkOut(...words: unknown[]): unknown {
      if (!doors.ask.isClosed) return super.checkOut(...words);
      if (typeof words[0] === 'function') return doors.ask.pass(() => super.checkOut(...words));
      return doors.ask.passed(() => super.checkOut(...words));
    }
  };
}

// The source appended to bson's files calls it.
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

/** Renews ObjectIds: a time, a number of the process and a counter, which would be the same in all copies. */
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
