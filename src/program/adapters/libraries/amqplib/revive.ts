import type { ChannelState } from './channel-state.ts';
import {
  CHANNEL_OPEN,
  type Channel,
  CONFIRM_SELECT,
  CONSUME,
  type Connection,
  type ConnectionClass,
  type Fields,
  type Frame,
  QOS,
  QUEUE_DECLARE,
} from './shapes.ts';
import type { Topology } from './topology.ts';

const NEGOTIATED = [
  'channelMax',
  'frameMax',
  'maxFrameSize',
  'heartbeat',
  'serverProperties',
  'accept',
  'rest',
] as const;

/** Gives a connection that has ended the stream of a new one; the program's references and listeners stay valid. */
export function adopt(Connection: ConnectionClass, connection: Connection, made: Connection): void {
  const { stream } = made;
  made.heartbeater?.clear();
  for (const event of ['end', 'error', 'readable']) stream.removeAllListeners(event);
  connection.removeAllListeners('frameError');
  Reflect.deleteProperty(connection, 'freshChannel');
  const channels = connection.channels.slice(1);

  // This runs the class's constructor once more: what `super()` gives in it is its `this`.
  const parent = Object.getPrototypeOf(Connection);
  Object.setPrototypeOf(Connection, function Same() {
    return connection;
  });
  try {
    new Connection(stream);
  } finally {
    Object.setPrototypeOf(Connection, parent);
  }
  for (const name of NEGOTIATED) Object.assign(connection, { [name]: made[name] });
  channels.forEach((each, index) => {
    if (each) giveNumber(connection, each.channel, index + 1);
  });
  stream.on('error', connection.onSocketError.bind(connection));
  stream.on('end', connection.onSocketError.bind(connection, new Error('Unexpected close')));
  connection.on('frameError', connection.onSocketError.bind(connection));
  connection.heartbeater = connection.startHeartbeater();
  connection.acceptLoop();
}

/** Gives a channel the number that it had: messages that wait to be sent bear it. */
function giveNumber(connection: Connection, channel: Channel, number: number): void {
  const { freeChannels } = connection;
  const own = Object.getOwnPropertyDescriptor(freeChannels, 'nextClearBit');
  freeChannels.nextClearBit = () => number;
  connection.freshChannel(channel, channel.options);
  if (own) Object.defineProperty(freeChannels, 'nextClearBit', own);
  else Reflect.deleteProperty(freeChannels, 'nextClearBit');
}

/** Opens the channels, and tells the server again what they and the program had asked for. */
export async function reopen(
  topology: Topology,
  channels: readonly Channel[],
  stateOf: (channel: Channel) => ChannelState,
): Promise<void> {
  for (const channel of channels) {
    await call(channel, CHANNEL_OPEN, { outOfBand: '' });
  }
  const [first] = channels;
  for (const { method, fields, given } of first ? topology.steps : []) {
    const answer = await call(
      first as Channel,
      method,
      given === undefined ? topology.translated(fields) : fields,
    );
    if (method === QUEUE_DECLARE && given !== undefined && answer)
      topology.renamed(given, String(answer.fields.queue));
  }
  for (const channel of channels) {
    const { confirm, qos, consumers } = stateOf(channel);
    if (confirm) await call(channel, CONFIRM_SELECT, confirm);
    for (const fields of qos.values()) await call(channel, QOS, fields);
    for (const [consumerTag, fields] of consumers)
      await call(channel, CONSUME, { ...topology.translated(fields), consumerTag });
  }
}

/**
 * Calls past the channel's own methods, behind which the program's calls wait meanwhile.
 * @returns undefined if the server refuses: then it has closed the channel, and the program has heard of it
 */
function call(channel: Channel, method: number, fields: Fields): Promise<Frame | undefined> {
  if (channel.pending === null) return Promise.resolve(undefined); // the answer to an earlier call has closed the channel
  return new Promise((resolve) => {
    channel.reply = (error, frame) => resolve(error ? undefined : frame);
    channel.connection.sendMethod(channel.ch, method, fields);
  });
}
