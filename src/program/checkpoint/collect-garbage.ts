import type { Addon } from '../../shared/addon.ts';
import type { Collection } from '../../shared/protocol/messages.ts';

/** Collects garbage, which would be written into the image and touched by every copy's own collections. */
export async function collectGarbage(addon: Addon, collection: Collection): Promise<void> {
  if (collection === 'young') collectYoung();
  else await collectAll();
  addon.trim();
}

/**
 * Collects by the inspector, which frees most; it is a task of the event loop, and only when it is done is there memory
 * to give back. It also gives up optimised code: that depends on shapes of objects, and V8 drops the shapes of which no
 * object lives at that moment (`--trace-deopt`: "reason: weak objects").
 */
async function collectAll(): Promise<void> {
  try {
    await collectByInspector();
  } catch (error) {
    // A node built without the inspector has no such command; the image is larger then, and as good.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_INSPECTOR_NOT_AVAILABLE') throw error;
  }
}

async function collectByInspector(): Promise<void> {
  const { Session } = require('node:inspector') as typeof import('node:inspector');
  const session = new Session();
  const flushAgain = keepBytecode();
  session.connect();
  try {
    for (let i = 0; i < 2; i++) {
      await new Promise<void>((resolve) => session.post('HeapProfiler.collectGarbage', () => resolve()));
    }
  } finally {
    session.disconnect();
    flushAgain();
  }
}

/**
 * Keeps V8 from giving up the bytecode of functions that were not called during some collections: a checkpoint makes a
 * dozen, and every function would be compiled anew after the restore. Where the program was started with that flag
 * itself, it stays.
 * @returns a function that undoes it
 */
function keepBytecode(): () => void {
  if (`${process.execArgv} ${process.env.NODE_OPTIONS}`.includes('flush')) return () => {};
  const v8 = require('node:v8') as typeof import('node:v8');
  v8.setFlagsFromString('--no-flush-bytecode');
  return () => v8.setFlagsFromString('--flush-bytecode');
}

/** Collects new garbage twice: what has survived once is moved again, to where it stays. */
function collectYoung(): void {
  const collect = youngCollector();
  collect();
  collect();
}

/** @returns what collects new garbage; V8 shows it only to contexts that are made while it is told to */
export function youngCollector(): () => void {
  const v8 = require('node:v8') as typeof import('node:v8');
  const vm = require('node:vm') as typeof import('node:vm');
  v8.setFlagsFromString('--expose-gc'); // holds for contexts made from here on: this one
  const gc = vm.runInNewContext('gc') as (options: { type: 'minor' }) => void;
  v8.setFlagsFromString('--no-expose-gc');
  return () => gc({ type: 'minor' });
}
