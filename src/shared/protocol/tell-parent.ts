import { socketPath } from './socket-path.ts';

type Connect = typeof import('node:net').connect;

/** The time in milliseconds for an answer; the parent does nothing but wait. */
const LIMIT = 10_000;

/**
 * Sends one request to the program's parent: a letter, and what belongs to it (docs/formats.md). Resolves when the
 * parent has taken it.
 * @param connect the function of node:net, which the program loads only when it asks
 */
export function tellParent(connect: Connect, record: string, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath(record, 'parent.sock'), () => socket.end(text));
    socket.setTimeout(LIMIT, () => socket.destroy(new Error('the parent does not answer')));
    socket.on('data', () => socket.destroy());
    socket.on('close', () => resolve());
    socket.on('error', reject);
  });
}
