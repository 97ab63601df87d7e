import { join } from 'node:path';

/** The program's, its parent's, and those of the program's other members by their PIDs. */
export type SocketName = 'app.sock' | 'parent.sock' | `${number}.sock`;

/**
 * Where a socket of a record listens: a file in the record, or on Windows, which has no such sockets for Node, a named
 * pipe of the same name (https://nodejs.org/api/net.html#identifying-paths-for-ipc-connections).
 *
 * @param record the record's directory
 */
export function socketPath(
  record: string,
  name: SocketName,
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform !== 'win32') return join(record, name);
  return `\\\\.\\pipe\\node-crac-${record.replace(/[\\/:]+/g, '-').toLowerCase()}-${name}`;
}
