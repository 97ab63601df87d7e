import { closeSync } from 'node:fs';
import type { StdioDescriptor } from '../protocol/messages.ts';
import type { Addon } from './addon.ts';
import { type EpollRegistration, epollRegistrations } from './stdio.ts';

export interface Freeze {
  addon: Addon;
  /** The parent's socket, which keeps the real stdio meanwhile. */
  parentSocket: () => string;
  mailbox: number;
  stdio: StdioDescriptor[];
  /** Called when everything is in place: closes the last connections, which tells the agent to dump. */
  last: () => void;
}

/**
 * Puts placeholders on the stdio descriptors, waits in one system call while the process is dumped, and puts the
 * real ones back if the process was not restored. Synchronous: no JavaScript of the program runs in between.
 *
 * @returns the agent's message: first byte R (restored), C (continued after a dump) or F (the dump failed)
 */
export function freeze({ addon, parentSocket, mailbox, stdio, last }: Freeze): Buffer {
  const fds = stdio.map(({ fd }) => fd);
  const registrations = epollRegistrations(new Set(fds));
  if (fds.length > 0) addon.park(parentSocket(), fds);
  for (const { epoll, fd } of registrations) addon.epollControl(false, epoll, fd, 0, 0);
  for (const fd of fds) {
    const placeholder = addon.memoryFile(`crac-fd${fd}`);
    addon.duplicate(placeholder, fd);
    closeSync(placeholder);
  }
  last();
  const message = addon.wait(mailbox);
  closeSync(mailbox);
  if (message[0] !== 'R'.charCodeAt(0) && fds.length > 0) {
    const originals = addon.unpark(parentSocket());
    originals.forEach((original, index) => {
      addon.duplicate(original, fds[index] as number);
      closeSync(original);
    });
  }
  for (const registration of registrations) register(addon, registration);
  return message;
}

function register(addon: Addon, { epoll, fd, events, data }: EpollRegistration): void {
  try {
    addon.epollControl(true, epoll, fd, events, data);
  } catch (error) {
    // A regular file cannot be polled and need not be: its reads never wait. The restorer pumps such a standard input.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}
