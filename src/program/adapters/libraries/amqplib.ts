import type { Adapter, AdapterApi } from '../adapter.ts';
import { AmqpConnections } from './amqplib/connections.ts';
import {
  CANCEL,
  CHANNEL_OPEN,
  type Channel,
  CONSUME,
  type Connection,
  type ConnectionClass,
  type Fields,
  type Frame,
  type Reply,
} from './amqplib/shapes.ts';
import { BRIEFLY, finishCurrent, until } from './shared/in-flight.ts';
import { Settings } from './shared/settings.ts';

type RawConnect = (
  url: string | Fields | undefined,
  options: Fields | undefined,
  done: (error: unknown, connection?: Connection) => void,
) => unknown;

const settings = new Settings(/^amqps?:\/\//i, /AMQP|RABBIT/i, 5672);
const connections = new AmqpConnections();

function adaptConnect(exports: { connect: RawConnect }): void {
  const { connect } = exports;
  exports.connect = (url, options, done) => {
    const again = (made: typeof done) => connect(followed(url), options, made);
    return again((error, connection) => {
      if (connection) connections.opened(connection, serverOf(url), again);
      done(error, connection);
    });
  };
}

/** Returns the server's URL of now, if `url` came from the environment. */
function followed(url: string | Fields | undefined): string | Fields | undefined {
  if (typeof url === 'string') return settings.followUrl(url);
  if (url === undefined || url === null) return url;
  const { hostname, port, username, password } = url as Record<string, string>;
  const { host, user, ...changed } = settings.follow({
    host: hostname,
    port: port === undefined ? undefined : Number(port),
    user: username,
    password,
  });
  return { ...url, ...changed, ...(host && { hostname: host }), ...(user && { username: user }) };
}

function serverOf(url: string | Fields | undefined): string {
  const parts = typeof url === 'string' ? settings.parse(url) : { host: url?.hostname, port: url?.port };
  return `${parts?.host ?? 'localhost'}:${parts?.port ?? 5672}`;
}

function adaptConnection(exports: { Connection: ConnectionClass }): void {
  connections.Connection = exports.Connection;
}

function adaptChannel({ BaseChannel }: { BaseChannel: { prototype: Channel } }, api: AdapterApi): void {
  const base = Object.getPrototypeOf(BaseChannel.prototype) as Channel;
  const { _rpc, accept, sendImmediately, sendMessage, sendOrEnqueue } = base;
  const translated = (channel: Channel, fields: Fields): Fields =>
    connections.topologyOf(channel.connection)?.translated(fields) ?? fields;
  Object.assign(base, {
    _rpc(this: Channel, method: number, fields: Fields, expect: number, callback: Reply) {
      const noted: Reply = (error, frame) => {
        if (!error) {
          connections.stateOf(this).agreed(method, fields, frame.fields);
          connections.topologyOf(this.connection)?.agreed(method, fields, frame.fields);
        }
        callback(error, frame);
      };
      return _rpc.call(this, method, fields, expect, noted);
    },
    accept(this: Channel, frame: Frame) {
      connections.stateOf(this).received(frame);
      return accept.call(this, frame);
    },
    sendImmediately(this: Channel, method: number, fields: Fields) {
      connections.stateOf(this).sent(method, fields);
      return sendImmediately.call(this, method, translated(this, fields));
    },
    sendOrEnqueue(this: Channel, method: number, fields: Fields, reply: Reply) {
      const send = () =>
        Object.hasOwn(this, 'sendOrEnqueue')
          ? this.sendOrEnqueue(method, fields, reply)
          : sendOrEnqueue.call(this, method, fields, reply);
      const never = isOurs || method === CHANNEL_OPEN;
      if (never || !connections.stateOf(this).order.waits(api.doors.ask, send))
        sendOrEnqueue.call(this, method, fields, reply);
    },
    sendMessage(this: Channel, fields: Fields, properties: Fields, content: Buffer) {
      const state = connections.stateOf(this);
      const send = () => {
        connections.answers.asked(properties);
        return sendMessage.call(this, translated(this, fields), translated(this, properties), content);
      };
      const later = () => {
        state.held -= 1;
        if (properties.replyTo !== undefined) consumeAgain(); // without consumers the answer would not come
        if (Object.hasOwn(this, 'sendMessage')) this.sendMessage(fields, properties, content);
        else send();
      };
      // The answer's receiver may be waiting for it in this very program.
      const isAnswer = properties.correlationId !== undefined && properties.replyTo === undefined;
      if (!state.order.waits(isAnswer ? undefined : api.doors.ask, later)) return send();
      state.held += 1;
      return true;
    },
  });
  register(api);
}

/** Set while the adapter itself asks for something, which does not wait. */
let isOurs = false;

/** Stops the flow of messages. This happens below the hooks: to the program its consumers are there all the time. */
async function cancelConsumers(): Promise<void> {
  const answers: Promise<void>[] = [];
  for (const [connection] of connections.all)
    for (const channel of connections.channelsOf(connection)) {
      const cancelled = connections.cancelled.get(channel) ?? new Set();
      connections.cancelled.set(channel, cancelled);
      for (const consumerTag of connections.stateOf(channel).consumers.keys()) {
        if (cancelled.has(consumerTag)) continue;
        cancelled.add(consumerTag);
        answers.push(ask(channel, CANCEL, { consumerTag, nowait: false }));
      }
    }
  await Promise.all(answers);
}

function consumeAgain(): void {
  for (const [channel, tags] of connections.cancelled)
    for (const consumerTag of tags) {
      const fields = connections.stateOf(channel).consumers.get(consumerTag);
      if (fields) void ask(channel, CONSUME, { ...fields, consumerTag });
    }
  connections.cancelled.clear();
}

const ask = (channel: Channel, method: number, fields: Fields): Promise<void> =>
  new Promise((resolve) => {
    isOurs = true;
    try {
      channel.sendOrEnqueue(method, fields, () => resolve());
    } finally {
      isOurs = false;
    }
  });

function register(api: AdapterApi): void {
  let letGo = false;
  api.register({
    name: 'amqplib',
    async beforeCheckpoint() {
      for (const [, { topology }] of connections.all)
        for (const queue of topology.exclusive)
          api.warn(
            `amqplib: the queue "${queue}" is exclusive, so only one restored copy can have it; the others see an error on their channel. Let the server choose its name:\n  const { queue } = await channel.assertQueue('', { exclusive: true });`,
          );
      await finishCurrent(() => connections.work(), api.doors.limit);
    },
    // Answers to the program's own questions must still come; the program may even ask itself.
    async stopSources() {
      if (connections.answers.awaited.length === 0) await cancelConsumers();
    },
    openWork: () => connections.openWork(),
    async beforeFreeze() {
      await until(() => connections.work().size === 0, BRIEFLY);
    },
    resume: consumeAgain,
    inFlight() {
      const [words] = connections.work().values();
      if (words !== undefined) return words;
      if (connections.unsent) return 'amqplib has messages that are not sent yet';
      if (!api.doors.ask.isClosed || connections.isEveryConsumerCancelled) return undefined;
      void cancelConsumers();
      return 'amqplib cancels its consumers';
    },
    letGo() {
      letGo = true;
      connections.park();
    },
    afterRestore(change) {
      settings.noteChange(change);
      if (!letGo) consumeAgain();
      connections.cancelled.clear();
      if (letGo) connections.wake();
      letGo = false;
    },
  });
}

export const adapters: Adapter[] = [
  {
    package: 'amqplib',
    versions: [['0.10', '3']],
    files: {
      'lib/connect.js': adaptConnect,
      'lib/connection.js': adaptConnection,
      'lib/channel.js': adaptChannel,
    },
  },
];
