import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** The parts of mysql2 that this adapter uses; the names with an underscore are mysql2's private ones. */
export interface Command {
  sql?: string;
  onResult?: (error: Error | null) => void;
}

export interface MysqlConfig {
  host?: string | undefined;
  port?: number | string | undefined;
  user?: string | undefined;
  password?: string | undefined;
  database?: string | undefined;
  socketPath?: string | undefined;
}

export interface MysqlConnection extends EventEmitter {
  config: MysqlConfig;
  stream: Socket;
  authorized: boolean;
  _command?: Command | null;
  _commands: { length: number };
  _closing?: boolean;
  _handshakePacket: unknown;
  _pool?: unknown;
  addCommand(command: Command): Command;
  query(text: string, callback: (error: Error | null) => void): unknown;
  end(callback?: () => void): unknown;
  /** Ends a pool's connection for good. */
  _realEnd?(): unknown;
  _removeFromPool?(): void;
}

export type ConnectionClass = (new (options: {
  config: MysqlConfig;
}) => MysqlConnection) & {
  prototype: MysqlConnection;
};

export interface MysqlPool {
  config?: { connectionConfig?: MysqlConfig };
  _freeConnections: { length: number; get(index: number): MysqlConnection };
  getConnection(callback: (...results: unknown[]) => void): unknown;
}

export type PoolClass = (new (options: unknown) => MysqlPool) & { prototype: MysqlPool };

export type HeaderClass = new (packet: unknown, connection: MysqlConnection) => { serverStatus?: number };
