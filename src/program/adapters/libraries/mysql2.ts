import type { Adapter, AdapterApi } from '../adapter.ts';
import { leave, MysqlConnections } from './mysql2/connections.ts';
import type {
  Command,
  ConnectionClass,
  HeaderClass,
  MysqlConfig,
  MysqlConnection,
  MysqlPool,
  PoolClass,
} from './mysql2/shapes.ts';
import type { Gate } from './shared/gate.ts';
import { BRIEFLY, finishCurrent, until } from './shared/in-flight.ts';
import { live } from './shared/live.ts';
import { BEGINS } from './shared/session.ts';
import { Settings } from './shared/settings.ts';

const settings = new Settings(/^(mysql2?|mariadb):\/\//i, /^(MYSQL|MARIADB|DB|DATABASE|SQL)/i, 3306);
const pools = new Set<WeakRef<MysqlPool>>();
const owners = new WeakMap<MysqlConnection, MysqlConnections>();

/** Returns those settings that came from the environment and have another value now. */
function changesOf({ host, port, user, password, database, socketPath }: MysqlConfig): MysqlConfig {
  return socketPath === undefined
    ? settings.follow({ host, port: Number(port ?? 3306), user, password, database })
    : { ...settings.follow({ user, password, database }), ...settings.followPath(socketPath) };
}

/** Returns the configuration with the settings of the environment as it is now. */
function followed(config: MysqlConfig): MysqlConfig {
  const changes = changesOf(config);
  if (Object.keys(changes).length === 0) return config;
  return Object.assign(
    Object.create(Object.getPrototypeOf(config), Object.getOwnPropertyDescriptors(config)),
    changes,
  );
}

function adaptConnection(Connection: ConnectionClass, api: AdapterApi): ConnectionClass {
  const known = new MysqlConnections(Connection, followed);
  holdCommands(Connection.prototype, known, api);
  register(known, api);
  const { name } = Connection; // stack traces show the class's name
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

function holdCommands(prototype: MysqlConnection, known: MysqlConnections, api: AdapterApi): void {
  const { addCommand } = prototype;
  prototype.addCommand = function noted(this: MysqlConnection, command) {
    const { order } = known.of(this);
    const add = () => {
      if (typeof command.sql === 'string') known.of(this).session.note(command.sql);
      return known.isParked(this) ? this.addCommand(command) : addCommand.call(this, command);
    };
    if (api.doors.isOpen && !order.isWaiting) return add();
    return order.waits(doorFor(this, command, known, api), add) ? command : add();
  };
}

/**
 * Returns the gate before a command; none where the command belongs to a transaction, or to the beginning of the
 * connection.
 */
function doorFor(
  connection: MysqlConnection,
  { sql }: Command,
  known: MysqlConnections,
  { doors }: AdapterApi,
): Gate | undefined {
  if (!connection.authorized || known.of(connection).transaction !== undefined) return undefined;
  return BEGINS.test(sql ?? '') ? doors.begin : doors.ask;
}

function register(known: MysqlConnections, api: AdapterApi): void {
  api.register({
    name: 'mysql2',
    async beforeCheckpoint() {
      await finishCurrent(() => known.work(), api.doors.limit);
      for (const note of known.lost()) api.warn(note);
    },
    async beforeFreeze() {
      await until(() => known.work().size === 0, BRIEFLY);
    },
    openWork: () => known.transactions(),
    inFlight: () => [...known.work().values()][0],
    sockets: () => [...known.live].map(({ stream }) => stream),
    letGo() {
      endIdleOfPools();
      known.park();
    },
    afterRestore: (change) => settings.noteChange(change),
  });
}

/**
 * Adapts the class in a bundle. There nobody sees its constructor end; the first command, which waits for the server's
 * greeting, ends it.
 */
function adaptShape(prototype: MysqlConnection, api: AdapterApi): void {
  const known = new MysqlConnections(prototype.constructor as ConnectionClass, followed);
  const seen = new WeakSet<MysqlConnection>();
  const { addCommand } = prototype;
  prototype.addCommand = function noted(this: MysqlConnection, command) {
    if (!seen.has(this)) {
      seen.add(this);
      known.opened(this);
    }
    if (typeof command.sql === 'string') known.said(this, command.sql);
    return addCommand.call(this, command);
  };
  holdCommands(prototype, known, api);
  register(known, api);
  api.register({
    name: "mysql2's pools",
    afterRestore() {
      for (const pool of live(pools)) {
        const { connectionConfig } = pool.config ?? {};
        if (connectionConfig) Object.assign(connectionConfig, changesOf(connectionConfig));
      }
    },
  });
}

/** Ends idle connections as the pool itself does, but at once. */
function endIdleOfPools(): void {
  for (const reference of pools) {
    const free = reference.deref()?._freeConnections;
    if (free === undefined) pools.delete(reference);
    const idle = Array.from({ length: free?.length ?? 0 }, (_, index) => free?.get(index) as MysqlConnection);
    for (const connection of idle) {
      connection.on('error', () => {}); // the server may close first, and be done with it
      connection._removeFromPool?.();
      leave(connection);
    }
  }
}

function adaptPool(Pool: PoolClass, { doors }: AdapterApi): PoolClass {
  const { name } = Pool;
  return {
    [name]: class extends Pool {
      constructor(options: unknown) {
        super(options);
        pools.add(new WeakRef(this));
      }

      override getConnection(callback: Parameters<MysqlPool['getConnection']>[0]): unknown {
        return doors.ask.pass(() => super.getConnection(callback));
      }
    },
  }[name] as PoolClass;
}

/** Reads from the server's answers whether a transaction is open. */
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

export const shapes = {
  Connection: adaptShape,
  Pool: () => (pool: MysqlPool) => {
    pools.add(new WeakRef(pool));
  },
};
