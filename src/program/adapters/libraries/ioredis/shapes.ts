import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** The parts of ioredis that this adapter uses; most are not in its public types. */
export interface RedisOptions {
  host?: string;
  port?: number;
  path?: string | null;
  username?: string | null;
  password?: string | null;
  db?: number;
  tls?: object;
  sentinels?: unknown;
  retryStrategy?: unknown;
  maxRetriesPerRequest?: number | null;
  enableOfflineQueue?: boolean;
}

export interface RedisCommand {
  name: string;
  args: unknown[];
  promise: Promise<unknown>;
  reject(error: Error): void;
}

interface Queue {
  length: number;
  toArray(): { command: RedisCommand }[];
}

export interface Redis extends EventEmitter {
  options: RedisOptions;
  status: string;
  stream?: Socket;
  commandQueue: Queue;
  offlineQueue: Queue;
  reconnectTimeout: ReturnType<typeof setTimeout> | null;
  retryAttempts: number;
  condition: { select?: number } | null;
  prevCondition?: { select?: number } | null;
  connect(): Promise<void>;
  disconnect(reconnect?: boolean): void;
  setStatus(status: string, detail?: unknown): void;
  sendCommand(command: RedisCommand, stream?: unknown): unknown;
  /** `redis.client('ID')` */
  client(word: string): Promise<unknown>;
  parseOptions(...words: unknown[]): void;
}

export type RedisClass = (new (...words: unknown[]) => Redis) & { prototype: Redis };
