import type { Adapter, AdapterApi } from '../adapter.ts';
import { AmqpConnections } from './amqplib/connections.ts';
import {
  CANCEL,
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

/** Where it is now, if that came from the environment. */
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
  const { _rpc, accept, sendImmediately, sendMessage } = base;
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
    sendMessage(this: Channel, fields: Fields, properties: Fields, content: Buffer) {
      connections.answers.asked(properties);
      return sendMessage.call(this, translated(this, fields), translated(this, properties), content);
    },
  });
  register(api);
}

/** No more messages come. Below the hooks: to the program its consumers are there all the time. */
async function cancelConsumers(): Promise<void> {
  const answers: Promise<void>[] = [];
  for (const [connection] of connections.all)
    for (const channel of connections.channelsOf(connection)) {
      if (connections.cancelled.has(channel)) continue;
      connections.cancelled.add(channel);
      for (const consumerTag of connections.stateOf(channel).consumers.keys())
        answers.push(ask(channel, CANCEL, { consumerTag, nowait: false }));
    }
  await Promise.all(answers);
}

function consumeAgain(): void {
  for (const channel of connections.cancelled)
    for (const [consumerTag, fields] of connections.stateOf(channel).consumers)
      void ask(channel, CONSUME, { ...fields, consumerTag });
  connections.cancelled.clear();
}

const ask = (channel: Channel, method: number, fields: Fields): Promise<void> =>
  new Promise((resolve) => channel.sendOrEnqueue(method, fields, () => resolve()));

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
      await finishCurrent(() => connections.work());
    },
    async beforeFreeze() {
      const isQuiet = () => connections.work().size === 0;
      await until(isQuiet, BRIEFLY);
      await cancelConsumers();
      await until(isQuiet, BRIEFLY); // those that have come meanwhile
    },
    reopen: consumeAgain,
    inFlight: () =>
      [...connections.work().values()][0] ??
      (connections.unsent ? 'amqplib has messages that are not sent yet' : undefined),
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
