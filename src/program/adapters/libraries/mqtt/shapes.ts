import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';

/** What this adapter uses of MQTT.js; the names with an underscore are its own. */
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
  /** By the number of a message: what the server has not answered. Before 5.16 it does not say which command. */
  outgoing: Record<string, { cmd?: string }>;
  /** What waits for a connection. */
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
