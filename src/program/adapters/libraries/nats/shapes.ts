import type { Socket } from 'node:net';

/** The parts of the clients for NATS that this adapter uses; nats 2 and @nats-io/nats-core 3 have them alike. */
export interface Subscription {
  subject: string;
  readonly queue?: string;
  readonly sid: number;
}

export interface Options {
  servers?: string | string[];
  inboxPrefix?: string;
  noRandomize?: boolean;
}

export interface Handler {
  options: Options;
  connected: boolean;
  servers: { getServers(): { lastConnect: number }[] };
  transport?: { socket?: Socket };
  heartbeats: { cancel(): void };
  subscriptions: { all(): Subscription[]; getMux(): Subscription | null };
  muxSubscriptions: { baseInbox: string; reqs: Map<string, { requestSubject?: string }> };
  /** Flushes and pings that are not answered. */
  pongs: object[];
  outbound: { length(): number };
  isClosed(): boolean;
  dialLoop(): Promise<void>;
  disconnected(error?: unknown): Promise<void>;
  processMsg(message: { sid: number; reply?: Uint8Array }, data: Uint8Array): void;
  publish(subject: string, payload?: unknown, options?: PublishOptions): void;
  sendCommand(command: string): void;
  flush(): Promise<void>;
  /** Exists in version 2; version 3 has the other one. */
  _close?(error?: unknown): Promise<void>;
  close?(error?: unknown): Promise<void>;
}

export interface PublishOptions {
  reply?: string;
}

export interface Connection {
  protocol: Handler;
  publish(subject: string, data?: unknown, options?: PublishOptions): void;
  request(...words: unknown[]): Promise<unknown>;
  requestMany(...words: unknown[]): Promise<unknown>;
}
