import { CheckpointError, RecursiveCheckpointError, RestoreError } from '../../shared/errors/classes.ts';
import type { Context } from './context.ts';
import { runHook } from './hook.ts';
import { DEFAULT_TIMEOUT, type HookName, type Resource, resourceName } from './resource.ts';
import { type Runtime, sharedRuntime } from './runtime.ts';

/**
 * How a checkpoint ended. `restored`: this is a new process made from the image; `continued`: this process was left
 * running.
 */
export type CheckpointOutcome = { kind: 'restored' } | { kind: 'continued' };

export interface CheckpointCycle {
  /** The runtime whose `checkpointing` says that a cycle is going on. Default: the shared one. */
  runtime?: Runtime;
  /** The context with the program's resources. */
  context: Context;
  /**
   * The runtime's own resources: after the program's before a checkpoint, in array order; before them, reversed,
   * afterwards.
   */
  runtimeResources: readonly Resource[];
  /** Milliseconds that hooks which wait for work in flight have, beside what every hook may take. Default: none. */
  wait?: number;
  /**
   * Returns an error for each open thing that no one has claimed. Runs even when hooks failed, so that one attempt
   * shows every problem.
   */
  census(): Error[] | Promise<Error[]>;
  /**
   * Decides together with other processes; told of what has failed here.
   * @returns what has failed in all of them
   */
  agree?(failures: unknown[]): Promise<unknown[]>;
  /** Makes the image. Only called when nothing has failed; a rejection means that there is none. */
  dump(): Promise<CheckpointOutcome>;
  /**
   * Ends the cycle; told of what has failed, and of what has failed in the hooks that take hold again.
   * @returns what failed in those hooks, in all processes
   */
  conclude?(failures: unknown[], afterwards: unknown[]): Promise<unknown[]>;
}

// Captured at load, as in hook.ts.
const { setInterval, clearInterval } = globalThis;

/**
 * Runs one checkpoint in CRaC's order: hooks, census, dump, hooks back.
 * @throws CheckpointError hooks, census or dump failed: no image, everyone was told to go on, this process goes on
 * @throws RestoreError the dump succeeded, but hooks failed after it
 */
export async function runCheckpointCycle(cycle: CheckpointCycle): Promise<CheckpointOutcome['kind']> {
  const { runtime = sharedRuntime() } = cycle;
  if (runtime.checkpointing) throw new CheckpointError([new RecursiveCheckpointError()]);
  runtime.checkpointing = true;
  // The hooks may close all that keeps the program alive; the program must not end before the dump.
  const keepAlive = setInterval(() => {}, 2 ** 30);
  try {
    return await steps(cycle, runtime);
  } finally {
    clearInterval(keepAlive);
    runtime.checkpointing = false;
    runtime.resuming = false;
  }
}

async function steps(cycle: CheckpointCycle, runtime: Runtime): Promise<CheckpointOutcome['kind']> {
  const own = await notifyCheckpoint(cycle);
  own.push(...(await takeCensus(cycle)));
  const failures = cycle.agree ? [...(await cycle.agree(own))] : own;
  let kind: CheckpointOutcome['kind'] | undefined;
  if (failures.length === 0) {
    try {
      ({ kind } = await cycle.dump());
    } catch (error) {
      failures.push(error);
    }
  }
  runtime.resuming = true;
  const afterwards = await notifyRestore(cycle);
  const restoreFailures = (await cycle.conclude?.(failures, afterwards)) ?? afterwards;
  if (kind === undefined) throw new CheckpointError([...failures, ...restoreFailures]);
  if (restoreFailures.length > 0) throw new RestoreError(restoreFailures);
  return kind;
}

async function notifyCheckpoint({
  context,
  runtimeResources,
  wait = 0,
}: CheckpointCycle): Promise<unknown[]> {
  const failures: unknown[] = await failuresOf(context.beforeCheckpoint());
  failures.push(...(await notifyEach(runtimeResources, 'beforeCheckpoint', context, DEFAULT_TIMEOUT + wait)));
  return failures;
}

async function notifyRestore({ context, runtimeResources }: CheckpointCycle): Promise<unknown[]> {
  const failures: unknown[] = await notifyEach([...runtimeResources].reverse(), 'afterRestore', context);
  failures.push(...(await failuresOf(context.afterRestore())));
  return failures;
}

async function notifyEach(
  resources: readonly Resource[],
  hook: HookName,
  context: Context,
  timeout = DEFAULT_TIMEOUT,
): Promise<Error[]> {
  const failures: Error[] = [];
  for (const resource of resources) {
    const name = resourceName(resource) ?? 'runtime';
    const failure = await runHook({ resource, hook, context, name, timeout });
    if (failure) failures.push(failure);
  }
  return failures;
}

async function takeCensus({ census }: CheckpointCycle): Promise<unknown[]> {
  try {
    return await census();
  } catch (error) {
    return [error];
  }
}

async function failuresOf(notification: Promise<void>): Promise<unknown[]> {
  try {
    await notification;
    return [];
  } catch (error) {
    return [error];
  }
}
