import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import type { Records } from './record.ts';

/** The number of children from which on those that have ended are dropped. */
const MANY = 64;

/**
 * Records who starts children. Node announces each child while its caller is still on the stack, so `child_process`
 * need not be loaded for it.
 */
export function recordChildren(records: Records): void {
  const { children } = records;
  subscribe('child_process', function spawned(message) {
    const { process: child } = message as { process: ChildProcess };
    if (children.length >= MANY) {
      const alive = children.filter((each) => isAlive(each.child.deref()));
      children.splice(0, children.length, ...alive);
    }
    children.push({ child: new WeakRef(child), provenance: records.here('spawned', spawned) });
  });
}

export const isAlive = (child: ChildProcess | undefined): boolean =>
  child !== undefined && child.exitCode === null && child.signalCode === null;
