import { described, sleep } from '../shared/in-flight.ts';
import { leave, renew } from './park.ts';
import { PgSession } from './session.ts';
import { activeQueryOf, type PgClient, type PgQuery, queueOf } from './shapes.ts';

const FIRST_RETRY = 100;
const LAST_RETRY = 5000;

/** The state of one client. */
interface Known {
  session: PgSession;
  /** The state in the server's last word: I idle, T in a transaction, E in one that has failed. */
  status: string;
  /** The open transaction: each has an object of its own. */
  transaction: object | undefined;
}

/** The clients of the program that have a connection, and those that have let go of theirs for a checkpoint. */
export class PgClients {
  readonly #fresh: (client: PgClient) => PgClient;
  readonly #isHeld: (client: PgClient) => boolean;
  readonly #live = new Set<PgClient>();
  readonly #parked = new Set<PgClient>();
  readonly #known = new WeakMap<PgClient, Known>();

  /**
   * @param fresh makes a client with the same settings, as they are now
   * @param isHeld tells whether what the client's queue has waits for a checkpoint
   */
  constructor(fresh: (client: PgClient) => PgClient, isHeld: (client: PgClient) => boolean) {
    this.#fresh = fresh;
    this.#isHeld = isHeld;
  }

  #of(client: PgClient): Known {
    let known = this.#known.get(client);
    if (known === undefined) {
      known = { session: new PgSession(), status: 'I', transaction: undefined };
      this.#known.set(client, known);
    }
    return known;
  }

  connecting(client: PgClient): void {
    if (this.#live.has(client)) return;
    this.#live.add(client);
    if (this.#known.has(client)) return;
    this.#of(client);
    client.on('end', () => this.#live.delete(client));
  }

  /** Gives the client a connection with the settings of now: they may have come from the environment. */
  renew(client: PgClient): void {
    renew(client, this.#fresh(client));
  }

  ending(client: PgClient): void {
    this.#parked.delete(client);
  }

  ready(client: PgClient, status = 'I'): void {
    const known = this.#of(client);
    if (status === 'I') known.transaction = undefined;
    else known.transaction ??= {};
    known.status = status;
  }

  asked(client: PgClient, text: unknown): void {
    if (typeof text === 'string') this.#of(client).session.note(text);
    if (this.#parked.has(client)) this.#reconnect(client);
  }

  *sockets(): Iterable<object> {
    for (const { connection } of this.#live) yield connection.stream;
  }

  /** Returns each piece of work in flight, with words for it. */
  work(): Map<object, string> {
    const pieces = new Map<object, string>();
    for (const client of this.#live) {
      const { transaction } = this.#of(client);
      const query = activeQueryOf(client) ?? client._sentQueryQueue?.[0] ?? this.#next(client);
      if (client._connecting) pieces.set(client, `pg connects to ${where(client)}`);
      else if (transaction) pieces.set(transaction, `pg has a transaction open on ${where(client)}`);
      else if (query) pieces.set(query, `pg waits for ${where(client)} to answer ${described(query.text)}`);
    }
    return pieces;
  }

  /** Returns the next query in flight. A query that a checkpoint holds back is not: it waits in the client's queue. */
  #next(client: PgClient): PgQuery | undefined {
    return this.#isHeld(client) ? undefined : queueOf(client)[0];
  }

  isInTransaction(client: PgClient): boolean {
    return this.#of(client).transaction !== undefined;
  }

  transactions(): Map<object, string> {
    const open = new Map<object, string>();
    for (const client of this.#live) {
      const { transaction } = this.#of(client);
      if (transaction) open.set(transaction, `pg has a transaction open on ${where(client)}`);
    }
    return open;
  }

  /** Names what was done on a connection and cannot be done again on a new one. */
  *lost(): Generator<string> {
    for (const client of this.#live) {
      const lost = this.#of(client).session.takeLost();
      if (lost !== undefined)
        yield `pg: the connection to ${where(client)} is made anew after the restore, without what this made on it: ${described(lost)}. Make it again in afterRestore:\n  getGlobalContext().register({ afterRestore: () => client.query(…) })`;
    }
  }

  #isIdle(client: PgClient): boolean {
    const busy = activeQueryOf(client) || client._sentQueryQueue?.length || this.#next(client);
    return client._connected && !client._ending && !busy && this.#of(client).transaction === undefined;
  }

  /** Ends the connections of idle clients; each client connects again when it is used. */
  park(): void {
    for (const client of [...this.#live]) if (this.#isIdle(client)) this.#parkOne(client);
  }

  #parkOne(client: PgClient): void {
    const { connection } = client;
    this.#live.delete(client);
    this.renew(client);
    this.#parked.add(client);
    // Pools of other libraries (knex, sequelize) look at these properties before they use a client again, and make a
    // new one.
    Object.assign(client, { __knex__disposed: 'its connection was let go for a checkpoint', _invalid: true });
    leave(connection);
  }

  /** Connects the clients that listen: they cannot wait for a query of the program. */
  listenAgain(): void {
    for (const client of this.#parked) if (this.#of(client).session.listens) void this.#keepTrying(client);
  }

  async #keepTrying(client: PgClient): Promise<void> {
    for (let wait = FIRST_RETRY; !client._ending; wait = Math.min(wait * 2, LAST_RETRY)) {
      if (!this.#parked.has(client)) return; // a query came first
      if (await new Promise<boolean>((resolve) => this.#reconnect(client, resolve))) return;
      await sleep(wait);
    }
  }

  #reconnect(client: PgClient, done: (connected: boolean) => void = () => {}): void {
    if (!this.#parked.delete(client) || client._ending) {
      done(true);
      return;
    }
    this.renew(client);
    client._connect((error) => {
      if (error) this.#failed(client, error);
      else this.#sayAgain(client);
      done(!error);
    });
  }

  /** Fails the queries that wait with the reason, as pg does; the next query tries again. */
  #failed(client: PgClient, error: Error): void {
    const { connection } = client;
    connection.removeAllListeners();
    connection.on('error', () => {}); // the program has been told
    connection.stream.destroy();
    this.#live.delete(client);
    client._errorAllQueries(error);
    this.renew(client);
    this.#parked.add(client);
  }

  /** Repeats the session's settings, before the queries that wait already. */
  #sayAgain(client: PgClient): void {
    const { statements } = this.#of(client).session;
    const waiting = queueOf(client).splice(0);
    for (const text of statements)
      client.query(text, (error?: Error | null) => {
        if (error) process.emitWarning(`pg: ${text} failed on the new connection: ${error.message}`);
      });
    queueOf(client).push(...waiting);
  }
}

const where = (client: PgClient): string => `${client.host}:${client.port}/${client.database}`;
