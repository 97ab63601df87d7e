import type { Adapter, AdapterApi } from '../adapter.ts';
import { PgClients } from './pg/clients.ts';
import { PgDoor } from './pg/door.ts';
import { followed } from './pg/settings.ts';
import type { ClientClass, PgClient, PgConfig, PgPool, PoolClass } from './pg/shapes.ts';
import { BRIEFLY, finishCurrent, until } from './shared/in-flight.ts';
import { Settings } from './shared/settings.ts';

const settings = new Settings(/^postgres(ql)?:\/\//i, /^(PG|POSTGRES|DB|DATABASE|SQL)/i, 5432);
const configs = new WeakMap<PgClient, PgConfig>();
const pools = new Set<WeakRef<PgPool>>();

/** Adapts every client, whoever made it. */
function adaptClient(Client: ClientClass, api: AdapterApi): ClientClass {
  const clients = new PgClients(
    (client) => new Client(followed(configs.get(client), settings)),
    (client) => door.isClosedTo(client),
  );
  const door = new PgDoor(api.doors, (client) => clients.isInTransaction(client));
  adaptPrototype(Client.prototype, { clients, door }, api);
  const { name } = Client; // stack traces show the class's name
  return {
    [name]: class extends Client {
      constructor(config?: PgConfig) {
        super(followed(config, settings));
        configs.set(this, config);
      }
    },
  }[name] as ClientClass;
}

function adaptPrototype(
  prototype: PgClient,
  { clients, door }: { clients: PgClients; door: PgDoor },
  api: AdapterApi,
): void {
  const { _connect, query, end, _handleReadyForQuery, _pulseQueryQueue } = prototype;
  Object.assign(prototype, {
    _connect(this: PgClient, callback: (error?: Error | null) => void) {
      clients.connecting(this);
      _connect.call(this, callback);
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
    _pulseQueryQueue(this: PgClient) {
      if (!door.holds(this, () => _pulseQueryQueue.call(this))) _pulseQueryQueue.call(this);
    },
  });

  api.register({
    name: 'pg',
    async beforeCheckpoint() {
      await finishCurrent(() => clients.work(), api.doors.limit);
      for (const note of clients.lost()) api.warn(note);
    },
    async beforeFreeze() {
      await until(() => clients.work().size === 0, BRIEFLY);
    },
    openWork: () => clients.transactions(),
    inFlight: () => [...clients.work().values()][0],
    sockets: () => clients.sockets(),
    letGo() {
      endIdleOfPools();
      clients.park();
    },
    afterRestore(change) {
      settings.noteChange(change);
      clients.listenAgain();
    },
  });
}

/** Adapts the class in a bundle: its constructor has made the settings already, so they are read from the client. */
function adaptShape(prototype: PgClient, api: AdapterApi): void {
  const Client = prototype.constructor as ClientClass;
  const clients = new PgClients(
    (client) => new Client(followed(configOf(client), settings)),
    (client) => door.isClosedTo(client),
  );
  const door = new PgDoor(api.doors, (client) => clients.isInTransaction(client));
  const { _connect } = prototype;
  prototype._connect = function followedConnect(this: PgClient, callback) {
    const config = configOf(this);
    if (followed(config, settings) !== config) clients.renew(this);
    _connect.call(this, callback);
  };
  adaptPrototype(prototype, { clients, door }, api);
}

function configOf(client: PgClient): Record<string, unknown> {
  const { connection, connectionParameters, password } = client;
  const settings = Object.entries({ ...connectionParameters, password });
  return {
    ...Object.fromEntries(settings.filter(([, value]) => value !== undefined && value !== null)),
    keepAlive: (connection as { _keepAlive?: boolean })._keepAlive === true,
  };
}

/** Ends idle connections as the pool itself does, but at once. */
function endIdleOfPools(): void {
  for (const reference of pools) {
    const pool = reference.deref();
    if (pool === undefined) pools.delete(reference);
    for (const { client } of [...(pool?._idle ?? [])]) {
      pool?._remove(client);
      client.connection.stream.destroy();
    }
  }
}

function adaptPool(Pool: PoolClass, { doors }: AdapterApi): PoolClass {
  const { name } = Pool;
  return {
    [name]: class extends Pool {
      constructor(...words: unknown[]) {
        super(...words);
        pools.add(new WeakRef(this));
      }

      override connect(callback?: Parameters<PgPool['connect']>[0]): unknown {
        if (!doors.ask.isClosed) return super.connect(callback);
        if (callback) return doors.ask.pass(() => super.connect(callback));
        const { Promise: OfPool = Promise } = this as { Promise?: PromiseConstructor };
        return new OfPool((resolve) => doors.ask.pass(() => resolve(super.connect())));
      }
    },
  }[name] as PoolClass;
}

export const adapters: Adapter[] = [
  { package: 'pg', versions: [['8.11', '9']], files: { 'lib/client.js': adaptClient } },
  { package: 'pg-pool', versions: [['3.6', '4']], files: { 'index.js': adaptPool } },
];

export const shapes = {
  Client: adaptShape,
  Pool: () => (pool: PgPool) => {
    pools.add(new WeakRef(pool));
  },
};
