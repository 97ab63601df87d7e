import { constants } from 'node:fs';
import type { Descriptor } from '../../shared/descriptor.ts';

/**
 * Recognises what libuv opens after the start: for each Worker and each loop an epoll set, a signal pipe with both ends
 * in this process and an eventfd; /dev/null once for each loop, as its reserve for EMFILE.
 */
export function runtimeShape(descriptor: Descriptor, all: Descriptor[]): string | undefined {
  const { kind, anon, closeOnExec, flags, path, access, fd } = descriptor;
  if (!closeOnExec || fd <= 2) return undefined;
  if (kind === 'anon' && anon === 'eventpoll') return "a loop's epoll set";
  if (kind === 'anon' && anon === 'eventfd' && (flags & constants.O_NONBLOCK) !== 0)
    return "a loop's wake-up";
  if (kind === 'character' && path === '/dev/null' && access === 'r') return "a loop's reserve descriptor";
  if (kind === 'pipe' && bothEnds(descriptor, all)) return "a loop's signal pipe";
  return undefined;
}

export const bothEnds = ({ inode, kind }: Descriptor, all: Descriptor[]): boolean =>
  ['r', 'w'].every((access) =>
    all.some((other) => other.kind === kind && other.inode === inode && other.access === access),
  );
