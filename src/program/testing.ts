/** For unit tests of resources: `node-crac/testing`. */

import { RestoreError } from '../shared/errors/classes.ts';
import type { Context } from './coordination/context.ts';
import { runCheckpointCycle } from './coordination/cycle.ts';
import { monotonicNow, sharedRuntime } from './coordination/runtime.ts';
import { callBack } from './fixups/new-copy.ts';

export interface SimulateCheckpointOptions {
  /** The context whose resources are notified. Default: the global context. */
  context?: Context;
  /** Runs between the hooks, while there would be no process: change there what a restored program may find changed. */
  whileStopped?(): void | Promise<void>;
}

/**
 * Notifies resources as a checkpoint and a restore would, in this process and at once. Nothing is written, and open
 * descriptors are not checked; `restoreTime()` and `uptimeSinceRestore()` are set as after a restore.
 *
 * @throws CheckpointError hooks or `whileStopped` failed: everyone was told to go on, as where no image is made
 * @throws RestoreError `afterRestore` hooks failed
 */
export async function simulateCheckpoint(options: SimulateCheckpointOptions = {}): Promise<void> {
  const runtime = sharedRuntime();
  const failures: Error[] = [];
  const told = {
    afterRestore: () => {
      if (failures.length > 0) throw new RestoreError(failures);
    },
  };
  await runCheckpointCycle({
    runtime,
    context: options.context ?? runtime.globalContext,
    runtimeResources: [told],
    census: () => [],
    dump: async () => {
      await options.whileStopped?.();
      runtime.restoreTime = Date.now();
      runtime.restoredAtMonotonic = monotonicNow();
      failures.push(...callBack(runtime));
      return { kind: 'restored' };
    },
  });
}
