import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import type { Addon } from '../../shared/addon.ts';

/** The children of this thread, as long as the program holds them. */
const children = new Set<WeakRef<ChildProcess>>();
/** The number of children from which on those that are gone are dropped. */
const MANY = 64;

/** Remembers children that are started from here on: in a copy they may have other numbers. */
export function noteChildren(): void {
  subscribe('child_process', (message) => {
    const { process: child } = message as { process: ChildProcess };
    if (children.size >= MANY) for (const each of children) if (!isThere(each.deref())) children.delete(each);
    children.add(new WeakRef(child));
  });
}

/** Tells a copy's children apart by the numbers that they have now: `ChildProcess.pid`, and what libuv waits for. */
export function takeChildren(addon: Addon): void {
  const numbers = addon.takeChildren();
  if (numbers.length === 0) return;
  const now = new Map<number, number>();
  for (let i = 0; i < numbers.length; i += 2) now.set(numbers[i] as number, numbers[i + 1] as number);
  for (const each of children) {
    const child = each.deref() as WithHandle | undefined;
    const pid = child?.pid === undefined ? undefined : now.get(child.pid);
    if (!child || pid === undefined || !isThere(child)) continue;
    child.pid = pid;
    if (child._handle) child._handle.pid = pid;
  }
}

type WithHandle = Omit<ChildProcess, 'pid'> & { pid?: number; _handle?: { pid?: number } | null };

const isThere = (child: Pick<ChildProcess, 'exitCode' | 'signalCode'> | undefined): boolean =>
  child !== undefined && child.exitCode === null && child.signalCode === null;
