import type { Socket } from 'node:net';
import { InOrder } from '../shared/gate.ts';
import { FINISH, sleep, until } from '../shared/in-flight.ts';
import { isBlocking, Transaction } from '../shared/redis.ts';
import type { Settings } from '../shared/settings.ts';
import { isUnblocked, unblock } from '../shared/unblock.ts';
import { followOptions, serverOf, where } from './server.ts';
import type { Redis, RedisCommand, RedisOptions } from './shapes.ts';

/** Statuses in which a client has no connection and wants none. */
const AT_REST = new Set(['wait', 'end']);
/** The answer, in milliseconds, to ioredis' question how long to wait before it connects again. */
const NEVER = 2 ** 30;
/** The time in milliseconds for the server to close its end after we have closed ours. */
const GOODBYE = 1000;

interface Kept {
  retryStrategy: unknown;
  maxRetriesPerRequest: unknown;
  enableOfflineQueue: unknown;
}

/** The clients of the program. Those that were let go for a checkpoint connect again by themselves after it. */
export class IoredisClients {
  readonly live = new Set<Redis>();
  readonly #parked = new Map<Redis, Kept>();
  readonly #transactions = new WeakMap<Redis, Transaction>();
  readonly #orders = new WeakMap<Redis, InOrder>();
  readonly #settings: Settings;
  readonly #watched = new WeakSet<RedisCommand>();
  /** Commands that waited in clients which are being unblocked. */
  readonly #unblocked = new Map<Redis, RedisCommand[]>();
  /** Numbers that the server has given to connections that block. */
  readonly #ids = new WeakMap<Socket, number | undefined>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Returns the calls of a client that wait for a checkpoint. */
  orderOf(client: Redis): InOrder {
    const order = this.#orders.get(client) ?? new InOrder();
    this.#orders.set(client, order);
    return order;
  }

  isInTransaction(client: Redis): boolean {
    return this.#transactions.get(client)?.open !== undefined;
  }

  openWork(): Map<object, string> {
    const found = new Map<object, string>();
    for (const client of this.live) {
      const open = this.#transactions.get(client)?.open;
      if (open) found.set(open, `ioredis has a WATCH or MULTI open on ${where(client)}`);
    }
    return found;
  }

  /** Notes a command; called before it is sent. */
  asked(client: Redis, command: RedisCommand): void {
    const { name, args } = command;
    this.#note(client, name);
    if (!isBlocking(name, args)) return;
    this.#watch(client, command);
    const { stream } = client;
    if (client.status !== 'ready' || !stream || this.#ids.has(stream)) return;
    // Once the connection blocks, nothing can be asked on it. (A user who may not ask has no number.)
    this.#ids.set(stream, undefined);
    client.client('ID').then(
      (id) => this.#ids.set(stream, Number(id)),
      () => {},
    );
  }

  /**
   * Follows a command that blocks: if we unblock it, it is sent again after the restore, and the program does not hear
   * of it.
   */
  #watch(client: Redis, command: RedisCommand): void {
    if (this.#watched.has(command)) return;
    this.#watched.add(command);
    const { reject } = command;
    command.reject = (error) => {
      const again = this.#unblocked.get(client);
      if (again && isUnblocked(error)) again.push(command);
      else reject.call(command, error);
    };
  }

  #note(client: Redis, name: string): void {
    let transaction = this.#transactions.get(client);
    if (transaction === undefined) {
      transaction = new Transaction();
      this.#transactions.set(client, transaction);
    }
    transaction.note(name);
  }

  /** Returns each piece of work in flight, with words for it. */
  work(): Map<object, string> {
    const pieces = new Map<object, string>();
    for (const client of this.live) {
      if (this.#parked.has(client) || AT_REST.has(client.status)) continue;
      const open = this.#transactions.get(client)?.open;
      if (open) pieces.set(open, `ioredis has a WATCH or MULTI open on ${where(client)}`);
      const [command] = client.commandQueue
        .toArray()
        .map((item) => item.command)
        .filter(({ name, args }) => !isBlocking(name, args));
      if (command)
        pieces.set(command, `ioredis waits for ${where(client)} to answer ${command.name.toUpperCase()}`);
      else if (client.status === 'connecting' || client.status === 'connect')
        pieces.set(client, `ioredis connects to ${where(client)}`);
    }
    return pieces;
  }

  /** Parks the clients that wait for other clients, with BLPOP and the like. */
  async parkBlocked(): Promise<void> {
    await Promise.all(this.#blocked().map((client) => this.#parkBlocked(client)));
  }

  #blocked(): Redis[] {
    return this.#idle().filter(({ commandQueue }) => commandQueue.length > 0);
  }

  /** Names a client that was not parked, because it has begun to wait again. */
  get blocked(): string | undefined {
    const [client] = this.#blocked();
    return client && `ioredis waits for other clients of ${where(client)}`;
  }

  /** Parks all other clients, at once. */
  park(): void {
    for (const client of this.#idle()) {
      this.#keep(client);
      clearTimeout(client.reconnectTimeout ?? undefined);
      client.stream?.destroy();
    }
  }

  #idle(): Redis[] {
    const busy = this.work();
    return [...this.live].filter(
      (client) =>
        !this.#parked.has(client) &&
        !AT_REST.has(client.status) &&
        !busy.has(client) &&
        !busy.has(this.#transactions.get(client)?.open ?? client) &&
        !client.commandQueue.toArray().some(({ command }) => busy.has(command)),
    );
  }

  /** From here on ioredis' own reconnecting handles the closed connection, except that it waits for us. */
  #keep(client: Redis): void {
    const { options } = client;
    const { retryStrategy, maxRetriesPerRequest, enableOfflineQueue } = options;
    this.#parked.set(client, { retryStrategy, maxRetriesPerRequest, enableOfflineQueue });
    Object.assign(options, {
      retryStrategy: () => NEVER,
      maxRetriesPerRequest: null,
      enableOfflineQueue: true,
    });
  }

  async #parkBlocked(client: Redis): Promise<void> {
    const { stream, options } = client;
    const id = stream && this.#ids.get(stream);
    if (stream === undefined || id === undefined) return this.#parkGently(client);
    const again: RedisCommand[] = [];
    this.#unblocked.set(client, again);
    if (await unblock(serverOf(options), id))
      await until(() => again.length > 0 || client.stream !== stream, FINISH);
    // A client without commands to repeat had got its answer just before: it may be parked at the next attempt.
    if (again.length > 0) {
      this.#keep(client);
      stream.destroy();
      await until(() => client.status === 'reconnecting', GOODBYE);
    }
    this.#unblocked.delete(client);
    for (const command of again) client.sendCommand(command); // waits in ioredis' own queue
  }

  /** Closes our end only: what the server has sent already still arrives, so no element of a list is lost. */
  async #parkGently(client: Redis): Promise<void> {
    this.#keep(client);
    const { stream } = client;
    client.disconnect(true);
    await until(() => client.status === 'reconnecting' && (stream?.destroyed ?? true), GOODBYE);
    await sleep(0); // libuv closes the descriptor in the loop's next turn
  }

  /** Connects again, in the background: what the program asks for meanwhile waits in ioredis' own queue. */
  wake(): void {
    for (const [client, kept] of this.#parked) void this.#wakeOne(client, kept);
    this.#parked.clear();
  }

  async #wakeOne(
    client: Redis,
    { retryStrategy, maxRetriesPerRequest, enableOfflineQueue }: Kept,
  ): Promise<void> {
    // ioredis hears only now that the connection is closed.
    await until(() => client.status === 'reconnecting' || client.status === 'end', GOODBYE);
    clearTimeout(client.reconnectTimeout ?? undefined);
    client.reconnectTimeout = null;
    client.retryAttempts = 0;
    Object.assign(client.options, { retryStrategy, maxRetriesPerRequest });
    // A program that wants no queue must not see that the connection was gone.
    const back = () => {
      client.off('ready', back).off('end', back);
      Object.assign(client.options, { enableOfflineQueue });
    };
    client.on('ready', back).on('end', back);
    this.#follow(client);
    // If the server cannot be reached, ioredis tries again, as it always does.
    if (client.status === 'reconnecting') client.connect().catch(() => {});
  }

  #follow(client: Redis): void {
    const { db } = client.options;
    followOptions(client.options, this.#settings);
    const { prevCondition } = client;
    if (prevCondition && prevCondition.select === db && client.options.db !== undefined)
      prevCondition.select = client.options.db;
  }

  /** Replaces settings that came from the environment with those of the new one. */
  followOptions(options: RedisOptions): void {
    followOptions(options, this.#settings);
  }
}
