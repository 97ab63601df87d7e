import type { Adapter, AdapterApi } from '../adapter.ts';
import { PgClients } from './pg/clients.ts';
import { followed } from './pg/settings.ts';
import type { ClientClass, PgClient, PgConfig, PgPool, PoolClass } from './pg/shapes.ts';
import { Hold } from './shared/hold.ts';
import { BRIEFLY, finishCurrent, until } from './shared/in-flight.ts';
import { Settings } from './shared/settings.ts';

const hold = new Hold();
const settings = new Settings(/^postgres(ql)?:\/\//i, /^(PG|POSTGRES|DB|DATABASE|SQL)/i, 5432);
const configs = new WeakMap<PgClient, PgConfig>();
const pools = new Set<WeakRef<PgPool>>();

/** Every client, whoever made it. */
function adaptClient(Client: ClientClass, api: AdapterApi): ClientClass {
  const clients = new PgClients(hold, (client) => new Client(followed(configs.get(client), settings)));
  const { _connect, query, end, _handleReadyForQuery } = Client.prototype;
  Object.assign(Client.prototype, {
    _connect(this: PgClient, callback: (error?: Error | null) => void) {
      const { isClosed } = hold;
      hold.pass(() => {
        if (isClosed) clients.renew(this); // it was made before the restore
        clients.connecting(this);
        _connect.call(this, callback);
      });
    },
    query(this: PgClient, ...words: unknown[]) {
      const [first] = words;
      const result = query.apply(this, words);
      clients.asked(this, typeof first === 'string' ? first : (first as { text?: unknown })?.text);
      return result;
    },
    end(this: PgClient, ...words: unknown[]) {
      clients.ending(this);
      return end.apply(this, words);
    },
    _handleReadyForQuery(this: PgClient, message: { status?: string } | undefined) {
      clients.ready(this, message?.status);
      return _handleReadyForQuery.call(this, message);
    },
  });

  api.register({
    name: 'pg',
    async beforeCheckpoint() {
      await finishCurrent(() => clients.work());
      for (const note of clients.lost()) api.warn(note);
      await letGo(clients);
    },
    async beforeFreeze() {
      hold.close();
      await until(() => clients.work().size === 0, BRIEFLY);
      await letGo(clients);
    },
    inFlight: () =>
      [...clients.work().values()][0] ?? (clients.live.size > 0 ? 'pg is connected' : undefined),
    reopen: () => hold.open(),
    afterRestore(change) {
      settings.noteChange(change);
      hold.open();
      clients.listenAgain();
    },
  });

  const { name } = Client; // stacks show it
  return {
    [name]: class extends Client {
      constructor(config?: PgConfig) {
        super(followed(config, settings));
        configs.set(this, config);
      }
    },
  }[name] as ClientClass;
}

/** Idle clients of pools are ended as the pool itself does it; all others are parked. */
async function letGo(clients: PgClients): Promise<void> {
  const removed: PgClient[] = [];
  for (const reference of pools) {
    const pool = reference.deref();
    if (pool === undefined) pools.delete(reference);
    else removed.push(...pool._idle.map(({ client }) => client));
    for (const { client } of [...(pool?._idle ?? [])]) pool?._remove(client);
  }
  await clients.park();
  await until(() => removed.every((client) => !clients.live.has(client)), BRIEFLY);
}

function adaptPool(Pool: PoolClass): PoolClass {
  const { connect } = Pool.prototype;
  Pool.prototype.connect = function held(this: PgPool, callback) {
    if (!hold.isClosed) return connect.call(this, callback);
    if (callback) return hold.pass(() => connect.call(this, callback));
    return hold.passed(() => connect.call(this));
  };
  const { name } = Pool;
  return {
    [name]: class extends Pool {
      constructor(...words: unknown[]) {
        super(...words);
        pools.add(new WeakRef(this));
      }
    },
  }[name] as PoolClass;
}

export const adapters: Adapter[] = [
  { package: 'pg', versions: [['8.11', '9']], files: { 'lib/client.js': adaptClient } },
  { package: 'pg-pool', versions: [['3.6', '4']], files: { 'index.js': adaptPool } },
];
