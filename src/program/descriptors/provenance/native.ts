import type { Addon } from '../../../shared/addon.ts';
import type { Provenance } from './record.ts';

/** Returns what callers of libc have opened past JavaScript (native/preload/opened.c), with the library that did it. */
export function nativeProvenance(
  openedBy: Addon['openedBy'] | undefined,
  fd: number,
  threadName: (tid: number) => string,
): Provenance | undefined {
  const [time, tid, ...frames] = openedBy?.(fd) ?? [];
  if (time === undefined || tid === undefined) return undefined;
  // Node itself called the library: its frames say nothing about this descriptor.
  const own = (frames as string[]).filter((frame) => !frame.endsWith(`(${process.execPath})`));
  const lines = own.map((frame) => `    at ${frame}`);
  return {
    error: { stack: lines.join('\n') },
    time: time as number,
    thread: threadName(tid as number),
    act: 'native',
  };
}
