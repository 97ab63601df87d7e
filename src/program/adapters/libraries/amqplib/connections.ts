import type { Socket } from 'node:net';
import { Answers } from './answers.ts';
import { ChannelState } from './channel-state.ts';
import { awaitGoodbye } from './goodbye.ts';
import { adopt, reopen } from './revive.ts';
import {
  type Channel,
  CONNECTION_CLOSE,
  type Connection,
  type ConnectionClass,
  type Fields,
} from './shapes.ts';
import { Topology } from './topology.ts';

const { now: wallClock } = Date;

export type Connect = (done: (error: unknown, connection?: Connection) => void) => void;

interface Known {
  topology: Topology;
  /** Makes another connection to the same server. */
  connect: Connect;
  server: string;
}

const FIRST_RETRY = 100;
const LAST_RETRY = 5000;
/** The time in milliseconds after which the program is told that its connection is lost. */
const GIVE_UP = 60_000;

const { setTimeout } = globalThis;

export class AmqpConnections {
  /** amqplib's own class. */
  Connection: ConnectionClass | undefined;
  readonly #live = new Map<Connection, Known>();
  readonly #states = new WeakMap<Channel, ChannelState>();
  /** The calls that the program has made since its connection was let go. */
  readonly #parked = new Map<Connection, (() => void)[]>();
  readonly #reviving = new Set<Connection>();
  /** Consumers that get nothing more until the program goes on, by their tags. */
  readonly cancelled = new Map<Channel, Set<string>>();
  readonly answers = new Answers();

  opened(connection: Connection, server: string, connect: Connect): void {
    this.#live.set(connection, { topology: new Topology(), connect, server });
    connection.once('close', () => this.#live.delete(connection));
  }

  topologyOf(connection: Connection): Topology | undefined {
    return this.#live.get(connection)?.topology;
  }

  get all(): IterableIterator<[Connection, Known]> {
    return this.#live.entries();
  }

  stateOf(channel: Channel): ChannelState {
    let state = this.#states.get(channel);
    if (state === undefined) {
      state = new ChannelState(this.answers);
      this.#states.set(channel, state);
    }
    return state;
  }

  channelsOf(connection: Connection): Channel[] {
    return connection.channels.slice(1).flatMap((each) => each?.channel ?? []);
  }

  /** Returns each piece of work in flight, with words for it. */
  work(): Map<object, string> {
    const pieces = new Map<object, string>();
    for (const piece of this.answers.awaited)
      pieces.set(piece, 'the program waits for an answer that it asked for over amqplib');
    for (const [connection, { server }] of this.#live) {
      if (this.#reviving.has(connection)) pieces.set(connection, `amqplib connects to ${server}`);
      if (this.#parked.has(connection)) continue;
      for (const channel of this.channelsOf(connection)) {
        if (channel.reply) pieces.set(channel.reply, `amqplib waits for ${server} to answer`);
        // A confirmed message is null here; the others are callbacks, or false for none.
        if (this.#sent(channel).some((each) => each !== null))
          pieces.set(channel.unconfirmed, `amqplib waits for ${server} to confirm a message`);
      }
    }
    return new Map([...pieces, ...this.openWork()]);
  }

  /** Lists the messages that the server is to confirm, without those that are held back. */
  #sent(channel: Channel): unknown[] {
    return channel.unconfirmed.slice(0, channel.unconfirmed.length - this.stateOf(channel).held);
  }

  /** Returns the messages that the program has received and not acknowledged. */
  openWork(): Map<object, string> {
    const pieces = new Map<object, string>();
    for (const [connection, { server }] of this.#live)
      for (const channel of this.#parked.has(connection) ? [] : this.channelsOf(connection))
        for (const piece of this.stateOf(channel).unacknowledged.values())
          pieces.set(piece, `the program has not acknowledged a message that it got from ${server}`);
    return pieces;
  }

  get isEveryConsumerCancelled(): boolean {
    return [...this.#live.keys()].every((connection) =>
      this.channelsOf(connection).every((channel) =>
        [...this.stateOf(channel).consumers.keys()].every((tag) => this.cancelled.get(channel)?.has(tag)),
      ),
    );
  }

  /** Tells whether there are bytes that have not been given to the kernel. */
  get unsent(): boolean {
    return [...this.#live.keys()].some(
      (connection) =>
        connection.stream.writableLength > 0 ||
        connection.channels.slice(1).some((each) => (each?.buffer.readableLength ?? 0) > 0),
    );
  }

  park(): void {
    const open = [...this.#live.keys()].filter((connection) => !this.#parked.has(connection));
    const goodbye = { replyText: 'checkpoint', replyCode: 200, methodId: 0, classId: 0 };
    for (const connection of open) connection.sendMethod(0, CONNECTION_CLOSE, goodbye);
    awaitGoodbye(open.map(({ stream }) => stream as Socket));
    for (const connection of open) this.#parkOne(connection);
  }

  #parkOne(connection: Connection): void {
    const { stream } = connection;
    connection.heartbeater?.clear();
    for (const event of ['end', 'error', 'readable']) stream.removeAllListeners(event);
    stream.on('error', () => {}); // the server closes its end too
    stream.destroy();
    const waiting: (() => void)[] = [];
    this.#parked.set(connection, waiting);
    for (const channel of this.channelsOf(connection)) {
      hold(channel, waiting, this.stateOf(channel));
      // The server counts anew on the next connection; what is published from now on is counted there.
      channel.lwm = 1;
      channel.unconfirmed = [];
    }
    const { freshChannel } = connection;
    connection.freshChannel = (channel, options) => {
      const number = freshChannel.call(connection, channel, options);
      this.stateOf(channel).consumers.clear();
      isNew.add(channel);
      hold(channel, waiting, this.stateOf(channel));
      return number;
    };
  }

  wake(): void {
    for (const connection of this.#parked.keys()) {
      if (this.#reviving.has(connection)) continue;
      this.#reviving.add(connection);
      void this.#revive(connection).finally(() => this.#reviving.delete(connection));
    }
  }

  async #revive(connection: Connection): Promise<void> {
    const known = this.#live.get(connection);
    if (known === undefined) return;
    const began = wallClock();
    for (let wait = FIRST_RETRY; ; wait = Math.min(wait * 2, LAST_RETRY)) {
      const outcome = await new Promise<Connection | Error>((resolve) =>
        known.connect((error, made) => resolve(made ?? (error as Error))),
      );
      if (!(outcome instanceof Error)) {
        adopt(this.Connection as ConnectionClass, connection, outcome);
        break;
      }
      if (wallClock() - began > GIVE_UP) return this.#lose(connection, outcome);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    const channels = this.channelsOf(connection).filter((channel) => !isNew.has(channel));
    await reopen(known.topology, channels, (channel) => this.stateOf(channel));
    for (const channel of this.channelsOf(connection)) release(channel);
    const waiting = this.#parked.get(connection) ?? [];
    this.#parked.delete(connection);
    for (const work of waiting) work();
  }

  /** Ends a connection as when the server closes it: the program hears of it as it always would. */
  #lose(connection: Connection, error: Error): void {
    for (const channel of this.channelsOf(connection)) release(channel);
    this.#parked.delete(connection);
    connection.onSocketError(error);
  }
}

const isNew = new WeakSet<Channel>();
const HELD = ['sendOrEnqueue', 'sendImmediately', 'sendMessage'] as const;

/** Makes the program's calls on the channel wait, in their order. */
function hold(channel: Channel, waiting: (() => void)[], { order }: ChannelState): void {
  const later = (name: (typeof HELD)[number]) => (method: number & Fields, fields: Fields, more: never) => {
    const wait = () => waiting.push(() => channel[name](method, fields, more));
    if (!order.waits(undefined, wait)) wait();
    return true;
  };
  for (const name of HELD) Object.assign(channel, { [name]: later(name) });
}

function release(channel: Channel): void {
  for (const name of HELD) Reflect.deleteProperty(channel, name);
}
