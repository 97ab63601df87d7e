/**
 * The preload: `crac run` puts it into NODE_OPTIONS as `--require`, so it runs first in the program, in its Workers
 * and in its Node children. It must cost next to nothing, and it has no dependencies.
 */
import { isMainThread } from 'node:worker_threads';
import { sharedRuntime } from '../coordination/runtime.ts';
import { followWallClock } from '../restoration/clock.ts';
import { guardWorkerCrypto } from '../restoration/crypto-caches.ts';
import { replaceMathRandom } from '../restoration/math-random.ts';
import { sharedCells } from '../restoration/shared.ts';
import { loadAddon } from './addon.ts';
import { Member } from './member.ts';
import { Mending } from './mending.ts';

const LOADED = Symbol.for('node-crac.preload');

function start(record: string): void {
  const addon = loadAddon();
  const shared = sharedCells(addon.sharedMemory());
  replaceMathRandom(shared, isMainThread);
  if (!isMainThread) {
    followWallClock(shared);
    guardWorkerCrypto(shared);
    return;
  }
  if (process.env.CRAC_PROGRAM_PID !== String(process.pid)) return; // a child of the program
  const runtime = sharedRuntime();
  const { LD_PRELOAD, NODE_OPTIONS } = process.env;
  const own = { ...(LD_PRELOAD && { LD_PRELOAD }), ...(NODE_OPTIONS && { NODE_OPTIONS }) };
  const member = new Member(record, addon, runtime, new Mending(addon, runtime, shared, own));
  runtime.engine = { name: 'criu', checkpointRestore: (options) => member.request(options) };
  // After the program's own first turn: its start is not held up by ours.
  setImmediate(() => member.open());
}

const record = process.env.CRAC_RECORD;
const flagged = globalThis as Record<symbol, unknown>;
if (record && !flagged[LOADED]) {
  flagged[LOADED] = true;
  start(record);
}
