import { readlinkSync } from 'node:fs';
import type { Addon } from '../../shared/addon.ts';
import { asksItself } from '../descriptors/sockets.ts';
import { type EpollRegistration, epollRegistrations, openDescriptors } from './stdio.ts';

/**
 * The listening sockets of this process. While the door is closed, none takes a connection, in any of its threads: the
 * kernel keeps clients in the backlog. Node cannot pause a server, so the sockets leave the epoll sets of its loops for
 * that time.
 */
export class FrontDoor {
  readonly #addon: Pick<Addon, 'epollControl' | 'listens'>;
  readonly #isOurs: (path: string) => boolean;
  #closed: { registration: EpollRegistration; socket: string }[] = [];

  /** @param isOurs tells whether the socket of this path is not the program's */
  constructor(addon: Pick<Addon, 'epollControl' | 'listens'>, isOurs: (path: string) => boolean) {
    this.#addon = addon;
    this.#isOurs = isOurs;
  }

  close(): void {
    const fds = new Set(openDescriptors().filter((fd) => this.#listens(fd)));
    if (fds.size === 0) return;
    for (const registration of epollRegistrations(fds)) {
      const { epoll, fd } = registration;
      this.#addon.epollControl(false, epoll, fd, 0, 0);
      this.#closed.push({ registration, socket: socketOf(fd) });
    }
  }

  #listens(fd: number): boolean {
    const path = this.#addon.listens(fd);
    return path !== undefined && !this.#isOurs(path);
  }

  /** Forgets sockets that the program has closed meanwhile: another descriptor may have the same number. */
  forgetClosed(): void {
    this.#closed = this.#closed.filter(({ registration, socket }) => socketOf(registration.fd) === socket);
  }

  /** Takes the sockets that stand at these numbers in a copy for those that it opens the door to. */
  recognize(): void {
    for (const closed of this.#closed) closed.socket = socketOf(closed.registration.fd);
  }

  /** Opens the door: after `forgetClosed`, or in a copy, where other sockets stand at the same numbers. */
  open(): void {
    for (const { registration } of this.#closed.splice(0)) register(this.#addon, registration);
  }

  /** Tells whether a connection of this process leads to a socket of its own, and so may wait before the door. */
  isAskedFromInside(): boolean {
    return this.#closed.length > 0 && asksItself(new Set(openDescriptors().map(socketOf)));
  }
}

function register(addon: Pick<Addon, 'epollControl'>, { epoll, fd, events, data }: EpollRegistration): void {
  try {
    addon.epollControl(true, epoll, fd, events, data);
  } catch (error) {
    // A restore may have been told to close the socket (EBADF, EPERM); the loop may have taken it up by itself
    // (EEXIST).
    if (!['EBADF', 'EPERM', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  }
}

function socketOf(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ''; // the descriptor has been closed since
  }
}
