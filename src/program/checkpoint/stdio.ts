import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { StdioDescriptor } from '../../shared/protocol/messages.ts';

/** One descriptor's registration in one of the process's epoll sets. */
export interface EpollRegistration {
  epoll: number;
  fd: number;
  events: number;
  data: number;
}

function target(fd: number, process = 'self'): string {
  try {
    return readlinkSync(`/proc/${process}/fd/${fd}`);
  } catch {
    return '';
  }
}

/** @param process a PID as a word */
export const stdioTargets = (process = 'self'): string[] => [0, 1, 2].map((fd) => target(fd, process));

export const openDescriptors = (): number[] => readdirSync('/proc/self/fd').map(Number);

/**
 * Lists standard input, output and error, and the private descriptors that libuv opened for a terminal behind them. All
 * get placeholders for the dump, so that anything can be attached at restore, whatever they are now.
 */
export function stdioDescriptors(targets: string[] = stdioTargets()): StdioDescriptor[] {
  const found: StdioDescriptor[] = [];
  const mayBeShared = targets.some((path) => TERMINAL.test(path) || INHERITED.test(path));
  for (const fd of openDescriptors()) {
    if (fd <= 2) {
      found.push({ fd, slot: fd as 0 | 1 | 2 });
      continue;
    }
    if (!mayBeShared) continue;
    const path = target(fd);
    const slot = terminalSlot(fd, path, targets) ?? duplicateSlot(path, targets);
    if (slot !== undefined) found.push({ fd, slot });
  }
  return found.sort((a, b) => a.fd - b.fd);
}

type MaybeHandle = { _handle?: { fd?: number } } | undefined;

const TERMINAL = /^\/dev\/(pts\/\d+|tty|console)/;
const INHERITED = /^(pipe|socket):/;

function terminalSlot(fd: number, path: string, targets: string[]): 0 | 1 | 2 | undefined {
  if (!TERMINAL.test(path) || !targets.includes(path)) return undefined;
  // Touching a stream here opens nothing new: its terminal descriptor exists already.
  const streams: MaybeHandle[] = [process.stdin, process.stdout, process.stderr] as MaybeHandle[];
  const slot = streams.findIndex((stream) => stream?._handle?.fd === fd);
  return (slot >= 0 ? slot : Math.max(targets.lastIndexOf(path), 1)) as 0 | 1 | 2;
}

/** Finds the stream that a further number shares, as `fs.openSync('/dev/stdout')` makes one: it goes where the stream goes. */
function duplicateSlot(it: string, targets: string[]): 0 | 1 | 2 | undefined {
  if (!INHERITED.test(it)) return undefined;
  return ([1, 2, 0] as const).find((slot) => targets[slot] === it);
}

/** Reads the epoll sets from /proc: libuv does not tell. */
export function epollRegistrations(fds: Set<number>): EpollRegistration[] {
  const found: EpollRegistration[] = [];
  for (const epoll of openDescriptors()) {
    if (target(epoll) !== 'anon_inode:[eventpoll]') continue;
    const text = readFileSync(`/proc/self/fdinfo/${epoll}`, 'latin1');
    for (const match of text.matchAll(/^tfd:\s+(\d+) events:\s+([0-9a-f]+) data:\s+([0-9a-f]+)/gm)) {
      const fd = Number(match[1]);
      if (fds.has(fd))
        found.push({
          epoll,
          fd,
          events: Number.parseInt(match[2] as string, 16),
          data: Number.parseInt(match[3] as string, 16),
        });
    }
  }
  return found;
}
