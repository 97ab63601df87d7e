import { join } from 'node:path';

/**
 * Where a socket of a record listens: a file in the record, or on Windows, which has no such sockets for Node, a named
 * pipe of the same name (https://nodejs.org/api/net.html#identifying-paths-for-ipc-connections).
 *
 * @param record the record's directory
 */
export function socketPath(
  record: string,
  name: 'app.sock' | 'parent.sock',
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform !== 'win32') return join(record, name);
  return `\\\\.\\pipe\\node-crac-${record.replace(/[\\/:]+/g, '-').toLowerCase()}-${name}`;
}
