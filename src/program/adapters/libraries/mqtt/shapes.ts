import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';

/** The parts of MQTT.js that this adapter uses; the names with an underscore are its private ones. */
export interface MqttOptions {
  clientId?: string;
  clean?: boolean;
  hostname?: string;
  host?: string;
  port?: number;
  username?: string;
  password?: string | Buffer;
  reconnectPeriod?: number;
}

export interface MqttClient extends EventEmitter {
  options: MqttOptions;
  connected: boolean;
  reconnecting: boolean;
  disconnecting: boolean;
  disconnected?: boolean;
  stream?: Duplex;
  /** Messages that the server has not answered, by number. Before 5.16 an entry does not say which command it is. */
  outgoing: Record<string, { cmd?: string }>;
  /** Messages that wait for a connection. */
  queue: object[];
  _incomingQoS2Ids?: Set<number>;
  connect(): unknown;
  publish(...words: unknown[]): unknown;
  subscribe(...words: unknown[]): unknown;
  unsubscribe(...words: unknown[]): unknown;
  end(...words: unknown[]): unknown;
  _writePacket(packet: { cmd: string }): void;
  _reconnect(): void;
}

export type MqttClass = (new (
  ...words: unknown[]
) => MqttClient) & {
  prototype: MqttClient;
  defaultId(): string;
};
