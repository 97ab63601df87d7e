import type { Adapter, AdapterApi } from '../adapter.ts';
import { MysqlConnections } from './mysql2/connections.ts';
import type {
  ConnectionClass,
  HeaderClass,
  MysqlConfig,
  MysqlConnection,
  MysqlPool,
  PoolClass,
} from './mysql2/shapes.ts';
import { Hold } from './shared/hold.ts';
import { BRIEFLY, finishCurrent, until } from './shared/in-flight.ts';
import { Settings } from './shared/settings.ts';

const hold = new Hold();
const settings = new Settings(/^(mysql2?|mariadb):\/\//i, /^(MYSQL|MARIADB|DB|DATABASE|SQL)/i, 3306);
const pools = new Set<WeakRef<MysqlPool>>();
const owners = new WeakMap<MysqlConnection, MysqlConnections>();

/** Settings that came from the environment, as they are there now. */
function followed(config: MysqlConfig): MysqlConfig {
  const { host, port, user, password, database, socketPath } = config;
  const changes =
    socketPath === undefined
      ? settings.follow({ host, port: Number(port ?? 3306), user, password, database })
      : { ...settings.follow({ user, password, database }), ...settings.followPath(socketPath) };
  if (Object.keys(changes).length === 0) return config;
  return Object.assign(
    Object.create(Object.getPrototypeOf(config), Object.getOwnPropertyDescriptors(config)),
    changes,
  );
}

function adaptConnection(Connection: ConnectionClass, api: AdapterApi): ConnectionClass {
  const known = new MysqlConnections(hold, Connection, followed);
  const { addCommand } = Connection.prototype;
  Connection.prototype.addCommand = function noted(this: MysqlConnection, command) {
    if (typeof command.sql === 'string') known.of(this).session.note(command.sql);
    return addCommand.call(this, command);
  };
  register(known, api);
  const { name } = Connection; // stacks show it
  return {
    [name]: class extends Connection {
      constructor(options: { config: MysqlConfig }) {
        super({ ...options, config: followed(options.config) });
        owners.set(this, known);
        known.opened(this);
      }
    },
  }[name] as ConnectionClass;
}

function register(known: MysqlConnections, api: AdapterApi): void {
  api.register({
    name: 'mysql2',
    async beforeCheckpoint() {
      await finishCurrent(() => known.work());
      for (const note of known.lost()) api.warn(note);
      await letGo(known);
    },
    async beforeFreeze() {
      hold.close();
      await until(() => known.work().size === 0, BRIEFLY);
      await letGo(known);
    },
    inFlight: () =>
      [...known.work().values()][0] ?? (known.live.size > 0 ? 'mysql2 is connected' : undefined),
    reopen: () => hold.open(),
    afterRestore(change) {
      settings.noteChange(change);
      hold.open();
    },
  });
}

/** Idle connections of pools are ended and forgotten by their pool; all others are parked. */
async function letGo(known: MysqlConnections): Promise<void> {
  const ended: MysqlConnection[] = [];
  for (const reference of pools) {
    const free = reference.deref()?._freeConnections;
    if (free === undefined) pools.delete(reference);
    else for (let i = 0; i < free.length; i++) ended.push(free.get(i));
  }
  for (const connection of ended) {
    connection.on('error', () => {}); // the server may close first, and be done with it
    connection._removeFromPool?.();
    connection._realEnd?.();
  }
  await Promise.all([known.park(), until(() => ended.every((each) => !known.live.has(each)), BRIEFLY)]);
}

function adaptPool(Pool: PoolClass): PoolClass {
  const { getConnection } = Pool.prototype;
  Pool.prototype.getConnection = function held(this: MysqlPool, callback) {
    hold.pass(() => getConnection.call(this, callback));
  };
  const { name } = Pool;
  return {
    [name]: class extends Pool {
      constructor(options: unknown) {
        super(options);
        pools.add(new WeakRef(this));
      }
    },
  }[name] as PoolClass;
}

/** The server's answers say whether a transaction is open. */
function adaptHeader(Header: HeaderClass): HeaderClass {
  return class ResultSetHeader extends Header {
    constructor(packet: unknown, connection: MysqlConnection) {
      super(packet, connection);
      if (this.serverStatus !== undefined) owners.get(connection)?.status(connection, this.serverStatus);
    }
  };
}

export const adapters: Adapter[] = [
  {
    package: 'mysql2',
    versions: [['3.12', '4']],
    files: {
      'lib/base/connection.js': adaptConnection,
      'lib/base/pool.js': adaptPool,
      'lib/packets/resultset_header.js': adaptHeader,
    },
  },
];
