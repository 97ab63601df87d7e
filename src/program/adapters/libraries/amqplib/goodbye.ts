import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

const CLOSE_WAIT = '08';
const STEP = 2;
/** The time in milliseconds for the server to close its end; if it does not, it logs a warning and that is all. */
const LIMIT = 300;

/**
 * Blocks until the other end of each socket has closed it: a client that goes away before its goodbye was answered
 * counts as crashed in RabbitMQ. Synchronous, for the freeze's own turn.
 */
export function awaitGoodbye(sockets: readonly Socket[]): void {
  const ours = new Set(sockets.map(({ localPort, remotePort }) => `${localPort} ${remotePort}`));
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; ours.size > 0 && waited < LIMIT; waited += STEP) {
    Atomics.wait(sleeper, 0, 0, STEP);
    for (const connection of connectionsIn(CLOSE_WAIT)) ours.delete(connection);
  }
}

/** Lists the local and the remote port of each TCP connection in this state. */
function connectionsIn(state: string): string[] {
  return ['tcp', 'tcp6'].flatMap((protocol) => {
    let table: string;
    try {
      table = readFileSync(`/proc/self/net/${protocol}`, 'latin1');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []; // a kernel without IPv6, or no /proc
      throw error;
    }
    const lines = table.matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]{2})/gm);
    return [...lines]
      .filter((line) => line[3] === state)
      .map(([, local = '', remote = '']) => `${Number.parseInt(local, 16)} ${Number.parseInt(remote, 16)}`);
  });
}
