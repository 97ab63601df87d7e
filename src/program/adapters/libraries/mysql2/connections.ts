import type { Socket } from 'node:net';
import { InOrder } from '../shared/gate.ts';
import { described } from '../shared/in-flight.ts';
import { Session } from '../shared/session.ts';
import { rebuild } from './rebuild.ts';
import type { Command, ConnectionClass, MysqlConfig, MysqlConnection } from './shapes.ts';

const PATTERNS = {
  setting: /^\s*(?:SET\s+(?!TRANSACTION\b|GLOBAL\b|PERSIST|PASSWORD\b)|USE\s)/i,
  lost: /\bGET_LOCK\s*\(|^\s*CREATE\s+TEMPORARY\s|^\s*LOCK\s+TABLES?\s/i,
};
const IN_TRANSACTION = 1;
const BEGINS = /^\s*(?:BEGIN\b|START\s+TRANSACTION\b|SET\s+(?:SESSION\s+|@@)?autocommit\s*=\s*(?:0|OFF)\b)/i;
const ENDS =
  /^\s*(?:COMMIT\b|ROLLBACK\b(?!\s+(?:WORK\s+)?TO\b)|SET\s+(?:SESSION\s+|@@)?autocommit\s*=\s*(?:1|ON)\b)/i;
/** A packet with COM_QUIT: length, sequence number, command. */
const QUIT = Buffer.from([1, 0, 0, 0, 1]);

interface Known {
  /** The streams of the connection; the second one is that of TLS. */
  streams: Socket[];
  session: Session;
  /** The commands that wait for a checkpoint. */
  order: InOrder;
  /** The open transaction: each has an object of its own. */
  transaction: object | undefined;
}

/**
 * The connections of the program, and those that were let go for a checkpoint, with the commands that wait for them.
 */
export class MysqlConnections {
  readonly live = new Set<MysqlConnection>();
  readonly #parked = new Map<MysqlConnection, Command[]>();
  readonly #known = new WeakMap<MysqlConnection, Known>();
  readonly #Connection: ConnectionClass;
  readonly #followed: (config: MysqlConfig) => MysqlConfig;

  constructor(Connection: ConnectionClass, followed: (config: MysqlConfig) => MysqlConfig) {
    this.#Connection = Connection;
    this.#followed = followed;
  }

  of(connection: MysqlConnection): Known {
    let known = this.#known.get(connection);
    if (known === undefined) {
      known = { streams: [], session: new Session(PATTERNS), order: new InOrder(), transaction: undefined };
      this.#known.set(connection, known);
    }
    return known;
  }

  opened(connection: MysqlConnection): void {
    this.live.add(connection);
    const { stream } = connection;
    this.of(connection).streams = [stream];
    stream.once('close', () => {
      // TLS has put another stream in the first one's place; the first one closes with it.
      if (!this.#parked.has(connection)) this.live.delete(connection);
    });
  }

  status(connection: MysqlConnection, status: number): void {
    const known = this.of(connection);
    known.transaction = status & IN_TRANSACTION ? (known.transaction ?? {}) : undefined;
  }

  /** Notes what a statement does to a transaction, where the server's own word is not heard. */
  said(connection: MysqlConnection, sql: string): void {
    const known = this.of(connection);
    if (BEGINS.test(sql)) known.transaction ??= {};
    else if (ENDS.test(sql)) known.transaction = undefined;
  }

  /** Returns each piece of work in flight, with words for it. */
  work(): Map<object, string> {
    const pieces = new Map<object, string>();
    for (const connection of this.live) {
      const { transaction } = this.of(connection);
      const { _command: command } = connection;
      const server = where(connection);
      if (connection._closing) pieces.set(connection, `mysql2 closes its connection to ${server}`);
      else if (transaction) pieces.set(transaction, `mysql2 has a transaction open on ${server}`);
      else if (command) pieces.set(command, `mysql2 waits for ${server} to answer ${described(command.sql)}`);
    }
    return pieces;
  }

  isParked(connection: MysqlConnection): boolean {
    return this.#parked.has(connection);
  }

  transactions(): Map<object, string> {
    const open = new Map<object, string>();
    for (const connection of this.live) {
      const { transaction } = this.of(connection);
      if (transaction) open.set(transaction, `mysql2 has a transaction open on ${where(connection)}`);
    }
    return open;
  }

  *lost(): Generator<string> {
    for (const connection of this.live) {
      const lost = this.of(connection).session.takeLost();
      if (lost !== undefined)
        yield `mysql2: the connection to ${where(connection)} is made anew after the restore, without what this made on it: ${described(lost)}. Make it again in afterRestore:\n  getGlobalContext().register({ afterRestore: () => connection.query(…) })`;
    }
  }

  #isIdle(connection: MysqlConnection): boolean {
    const busy = connection._command || connection._commands.length > 0 || connection._closing;
    return !busy && this.of(connection).transaction === undefined;
  }

  /** Ends the connections that are idle; each connects again when it is used. */
  park(): void {
    for (const connection of [...this.live]) {
      if (!this.#isIdle(connection)) continue;
      this.live.delete(connection);
      this.#parked.set(connection, []);
      // The program does not hear that the connection ends. (Pools of other libraries see `_closing` and make a new
      // one.)
      connection.emit = () => false;
      this.of(connection).streams.push(connection.stream);
      leave(connection);
      this.#keep(connection);
    }
  }

  /** Makes a parked connection's commands wait here; the connection can be given up without having connected again. */
  #keep(connection: MysqlConnection): void {
    const { order } = this.of(connection);
    connection.addCommand = (command) => {
      const wait = () => this.#wait(connection, command);
      return order.waits(undefined, wait) ? command : wait();
    };
    connection.end = (callback) => {
      this.#parked.delete(connection);
      if (callback) process.nextTick(callback);
    };
  }

  #wait(connection: MysqlConnection, command: Command): Command {
    const waiting = this.#parked.get(connection);
    waiting?.push(command);
    if (waiting?.length === 1) this.#reconnect(connection);
    return command;
  }

  #reconnect(connection: MysqlConnection): void {
    // mysql2 must not take the end of the old stream for the end of the new one.
    const ending = this.of(connection).streams.find(({ closed }) => !closed);
    if (ending) {
      ending.once('close', () => this.#reconnect(connection));
      return;
    }
    const waiting = this.#parked.get(connection) ?? [];
    this.#parked.delete(connection);
    this.live.delete(connection);
    rebuild(this.#Connection, connection, this.#followed(connection.config));
    this.opened(connection);
    connection.stream.once('close', () => {
      if (connection._handshakePacket === null && !connection.authorized) this.#parkAgain(connection);
    });
    for (const text of this.of(connection).session.statements)
      connection.query(text, (error) => {
        // The waiting commands hear of a connection that cannot be made at all.
        if (error && !(error as { fatal?: boolean }).fatal)
          process.emitWarning(`mysql2: ${text} failed on the new connection: ${error.message}`);
      });
    for (const command of waiting) connection.addCommand(command);
  }

  /**
   * Parks a connection again, because the server was not there: the waiting commands have failed with the reason, and
   * the next one tries again.
   */
  #parkAgain(connection: MysqlConnection): void {
    this.#parked.set(connection, []);
    this.#keep(connection);
  }
}

/**
 * Says goodbye as the connection's `end()` does, but at once; the connection is idle, so the kernel takes the message
 * now.
 */
export function leave(connection: MysqlConnection): void {
  connection._closing = true;
  connection.stream.write(QUIT);
  connection.stream.destroy();
}

const where = ({ config }: MysqlConnection): string =>
  config.socketPath ?? `${config.host}:${config.port}/${config.database ?? ''}`;
