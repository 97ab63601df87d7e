import type { Socket } from 'node:net';

/** The time in milliseconds for the other connection to do so. */
const LIMIT = 1000;

export interface Server {
  connect(): Socket;
  /** The words with which a connection logs in, if it must. */
  login: readonly string[] | undefined;
}

/**
 * Ends a blocking command from another connection. Redis forgets an element that it has taken from a list for a client
 * when that client goes away in the same turn; a client that it was told to unblock has its element, or gets an error.
 *
 * @param id of the connection that blocks, as CLIENT ID tells it
 * @returns whether it was blocked: then its command fails with UNBLOCKED, sooner or later
 */
export function unblock({ connect, login }: Server, id: number): Promise<boolean> {
  const commands = [...(login ? [login] : []), ['CLIENT', 'UNBLOCK', String(id), 'ERROR']];
  return new Promise((resolve) => {
    const socket = connect();
    let text = '';
    socket.setTimeout(LIMIT, () => socket.destroy());
    // Without this connection the client stays blocked, and the checkpoint finds it so.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(/^:1\r$/m.test(text)));
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      // Each command is answered by one line.
      if (text.split('\r\n').length > commands.length) socket.end();
    });
    socket.write(commands.map(encoded).join(''));
  });
}

const encoded = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

/** Tells whether an error is what a client that was unblocked gets instead of an answer. */
export const isUnblocked = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('UNBLOCKED');
