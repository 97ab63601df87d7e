import { closeSync } from 'node:fs';
import type { Addon } from '../../../shared/addon.ts';
import type { StdioDescriptor } from '../../../shared/protocol/messages.ts';
import { type EpollRegistration, epollRegistrations } from '../../checkpoint/stdio.ts';

export interface Freeze {
  addon: Addon;
  /** Returns the path of the parent's socket; the parent keeps the real stdio meanwhile. */
  parentSocket: () => string;
  mailbox: number;
  stdio: StdioDescriptor[];
  /** Closes the last connections, which tells the agent to dump; called when everything is in place. */
  last: () => void;
}

/**
 * Puts placeholders on the stdio descriptors, waits in one system call while the process is dumped, and puts the
 * real ones back if the process was not restored. Synchronous: no JavaScript of the program runs in between.
 *
 * @returns the agent's message: first R (restored: the mailbox is open still), C (continued after a dump) or F (the dump
 * failed)
 */
export function freeze({ addon, parentSocket, mailbox, stdio, last }: Freeze): string {
  const fds = stdio.map(({ fd }) => fd);
  const registrations = epollRegistrations(new Set(fds));
  const giveBack = (): void => {
    if (fds.length === 0) return;
    addon.unpark(parentSocket()).forEach((original, index) => {
      addon.duplicate(original, fds[index] as number);
      closeSync(original);
    });
  };
  if (fds.length > 0) addon.park(parentSocket(), fds);
  let message: string | undefined;
  try {
    for (const { epoll, fd } of registrations) addon.epollControl(false, epoll, fd, 0, 0);
    for (const fd of fds) putPlaceholder(addon, fd);
    last();
    message = addon.wait(mailbox, -1);
  } finally {
    if (message?.[0] !== 'R') {
      closeSync(mailbox);
      giveBack();
    }
    for (const registration of registrations) register(addon, registration);
  }
  return message;
}

/** Blocks a restored program until CRIU has exited. Before this, the program does nothing that is visible outside. */
export function untilReleased(addon: Addon, mailbox: number): void {
  addon.released(mailbox);
  closeSync(mailbox);
}

function putPlaceholder(addon: Addon, fd: number): void {
  const placeholder = addon.memoryFile(`crac-fd${fd}`);
  addon.duplicate(placeholder, fd);
  closeSync(placeholder);
}

function register(addon: Addon, { epoll, fd, events, data }: EpollRegistration): void {
  try {
    addon.epollControl(true, epoll, fd, events, data);
  } catch (error) {
    // EPERM: a regular file cannot be polled and need not be: its reads never wait, and the restorer pumps such a
    // standard input. EEXIST: after a failure the old registration may still stand.
    if (!['EPERM', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
