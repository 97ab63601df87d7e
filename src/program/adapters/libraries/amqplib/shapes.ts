import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';

/** The parts of amqplib that this adapter uses; the names with an underscore are amqplib's private ones. */
export interface Frame {
  id?: number;
  fields: Fields;
}

export type Fields = Record<string, unknown>;
export type Reply = (error: unknown, frame: Frame) => void;

export interface Channel extends EventEmitter {
  ch: number;
  connection: Connection;
  options?: unknown;
  reply: Reply | null;
  pending: unknown[] | null;
  unconfirmed: unknown[];
  lwm: number;
  consumers?: Map<string, unknown>;
  accept(frame: Frame): unknown;
  _rpc(method: number, fields: Fields, expect: number, callback: Reply): void;
  sendOrEnqueue(method: number, fields: Fields, reply: Reply): void;
  sendImmediately(method: number, fields: Fields): unknown;
  sendMessage(fields: Fields, properties: Fields, content: Buffer): unknown;
}

export interface Connection extends EventEmitter {
  stream: Duplex;
  channels: ({ channel: Channel; buffer: Duplex } | null)[];
  freeChannels: { set(bit: number): void; nextClearBit(from: number): number };
  heartbeater?: { clear(): void } | null;
  expectSocketClose: boolean;
  channelMax: number;
  frameMax: number;
  maxFrameSize: number;
  heartbeat: number;
  serverProperties: unknown;
  rest: Buffer;
  blocked: boolean;
  accept(frame: Frame): unknown;
  acceptLoop(): void;
  startHeartbeater(): { clear(): void } | null;
  onSocketError(error?: Error): void;
  freshChannel(channel: Channel, options: unknown): number;
  sendMethod(channel: number, method: number, fields: Fields): unknown;
}

export type ConnectionClass = new (stream: Duplex) => Connection;

/** Makes the number of a method of AMQP 0-9-1: class times 65536 plus method. */
const method = (classId: number, methodId: number): number => classId * 65536 + methodId;
export const CONNECTION_CLOSE = method(10, 50);
export const CHANNEL_OPEN = method(20, 10);
export const EXCHANGE_DECLARE = method(40, 10);
export const EXCHANGE_DELETE = method(40, 20);
export const EXCHANGE_BIND = method(40, 30);
export const EXCHANGE_UNBIND = method(40, 40);
export const QUEUE_DECLARE = method(50, 10);
export const QUEUE_BIND = method(50, 20);
export const QUEUE_DELETE = method(50, 40);
export const QUEUE_UNBIND = method(50, 50);
export const QOS = method(60, 10);
export const CONSUME = method(60, 20);
export const CANCEL = method(60, 30);
export const DELIVER = method(60, 60);
export const GET = method(60, 70);
export const GET_OK = method(60, 71);
export const ACK = method(60, 80);
export const REJECT = method(60, 90);
export const NACK = method(60, 120);
/** The type of frame that holds a content header of the class "basic". */
export const PROPERTIES = 60;
export const CONFIRM_SELECT = method(85, 10);
