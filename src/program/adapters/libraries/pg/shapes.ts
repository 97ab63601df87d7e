import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** The parts of pg that this adapter uses; the names with an underscore are pg's private ones. */
export interface PgConnection extends EventEmitter {
  stream: Socket;
  end(): void;
}

export interface PgQuery {
  text?: string;
}

export interface PgClient extends EventEmitter {
  connection: PgConnection;
  connectionParameters: object;
  host: string;
  port: number;
  user: string;
  database: string;
  password: unknown;
  ssl: unknown;
  readyForQuery?: boolean;
  saslSession?: unknown;
  _activeQuery?: PgQuery | null;
  /** The current query; in versions before 8.17 a property like the next. */
  activeQuery?: PgQuery | null;
  _queryQueue?: PgQuery[];
  queryQueue?: PgQuery[];
  _sentQueryQueue?: PgQuery[];
  _connecting: boolean;
  _connected: boolean;
  _connectionError: boolean;
  _ending: boolean;
  _ended: boolean;
  _queryable: boolean;
  _txStatus?: string | null;
  _connect(callback: (error?: Error | null) => void): void;
  _errorAllQueries(error: Error): void;
  _pulseQueryQueue(): void;
  _handleReadyForQuery(message: { status?: string } | undefined): void;
  query(...words: unknown[]): unknown;
  end(...words: unknown[]): unknown;
}

export type PgConfig = string | Record<string, unknown> | undefined;
export type ClientClass = (new (config?: PgConfig) => PgClient) & { prototype: PgClient };

export interface PgPool {
  options: Record<string, unknown>;
  _idle: { client: PgClient }[];
  _remove(client: PgClient): void;
  connect(callback?: (error: unknown, client?: unknown, release?: unknown) => void): unknown;
}

export type PoolClass = (new (...words: unknown[]) => PgPool) & { prototype: PgPool };

// The order matters: in new versions the second name is a getter that prints a warning.
export const activeQueryOf = (client: PgClient): PgQuery | null | undefined =>
  client._queryQueue === undefined ? client.activeQuery : client._activeQuery;
export const queueOf = (client: PgClient): PgQuery[] => client._queryQueue ?? client.queryQueue ?? [];
