import {
  CheckpointError,
  NotImplementedError,
  RecursiveCheckpointError,
} from '../../shared/errors/classes.ts';
import type { Context } from './context.ts';
import { type CheckpointOptions, monotonicNow, sharedRuntime } from './runtime.ts';

/** Returns the context that every checkpoint of this process notifies; in a Worker a context of its own, which nothing notifies. */
export function getGlobalContext(): Context {
  return sharedRuntime().globalContext;
}

/** Says whether this program can be checkpointed: it was started by `crac run`. Registering resources is harmless where not. */
export function isImplemented(): boolean {
  return sharedRuntime().engine !== undefined;
}

/**
 * Makes a checkpoint of this process. By default the process ends when the image is complete, and the promise is
 * resolved in each process restored from it, once every `afterRestore` has run. With `leaveRunning` it is resolved here,
 * too, when the image is complete and every `afterRestore` has run: these may run before, and then they run also where
 * the image fails in the end.
 * @throws NotImplementedError the program was started without `crac run`; no hook was notified
 * @throws CheckpointError no image was made and this process goes on; `errors` says why, and what `afterRestore`
 *   hooks have thrown that ran meanwhile. Also when a checkpoint is going on already (RecursiveCheckpointError in `errors`)
 * @throws RestoreError the image is good and the program goes on, but `afterRestore` hooks failed
 */
export async function checkpointRestore(options: CheckpointOptions = {}): Promise<void> {
  const runtime = sharedRuntime();
  if (!runtime.engine) throw new NotImplementedError();
  // `requested` counts too: between asking and the first hook the engine has its own preparations.
  if (runtime.checkpointing || runtime.requested) throw new CheckpointError([new RecursiveCheckpointError()]);
  runtime.requested = true;
  try {
    await runtime.engine.checkpointRestore(options);
  } finally {
    runtime.requested = false;
  }
}

/**
 * Tells `crac build` that this program is ready to be warmed up and checkpointed. Where nobody waits for it, in a Worker
 * and in a program started without `crac run`, it has no effect.
 * @throws EngineError the `crac` process that runs this program has been killed
 */
export function ready(): void {
  sharedRuntime().engine?.ready?.();
}

/** @returns when this process was last restored, milliseconds since the epoch; -1 if it never was */
export function restoreTime(): number {
  return sharedRuntime().restoreTime;
}

/** @returns milliseconds since this process was last restored, by a clock that nobody sets; -1 if it never was */
export function uptimeSinceRestore(): number {
  const { restoredAtMonotonic } = sharedRuntime();
  return restoredAtMonotonic < 0 ? -1 : Math.max(0, monotonicNow() - restoredAtMonotonic);
}
