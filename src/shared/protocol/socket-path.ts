import { join } from 'node:path';

/**
 * The number of bytes of a socket's name that the kernel takes; Node cuts a longer one off without a word before 20.10
 * (unix(7)).
 */
export const SOCKET_PATH_MAX = process.platform === 'linux' ? 107 : 103;

/**
 * A socket of a record: the program's, its parent's, those of a dump by the program itself and its children, or another
 * member's by its PID.
 */
export type SocketName = 'app.sock' | 'parent.sock' | 'dump.sock' | 'dump-members.sock' | `${number}.sock`;

/**
 * Returns where a socket of a record listens: a file in the record, or on Windows, which has no such sockets for Node,
 * a named pipe of the same name (https://nodejs.org/api/net.html#identifying-paths-for-ipc-connections).
 * @param record the record's directory
 * @throws RangeError where the name is longer than a socket's can be; makeRuntimeDirectory() has told the user
 */
export function socketPath(
  record: string,
  name: SocketName,
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform === 'win32')
    return `\\\\.\\pipe\\node-crac-${record.replace(/[\\/:]+/g, '-').toLowerCase()}-${name}`;
  const path = join(record, name);
  if (Buffer.byteLength(path) > SOCKET_PATH_MAX) throw new RangeError(`too long for a socket: ${path}`);
  return path;
}
