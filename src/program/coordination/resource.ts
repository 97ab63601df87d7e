/// <reference lib="esnext.disposable" preserve="true" />
// This reference is kept in the declarations: a consumer's own lib may be older than Symbol.dispose.
import type { Context } from './context.ts';

/** Something that must let go of the outside world before a checkpoint and take hold of it again afterwards. */
export interface Resource {
  /**
   * Called before the checkpoint, the resource registered last first. A failure does not stop the other resources;
   * it means that no image is made.
   * @param context the context that notifies
   */
  beforeCheckpoint?(context: Context): void | Promise<void>;
  /**
   * Called after a restore, after a checkpoint that left the program running, and after one that failed: in order of
   * registration, also where this resource's `beforeCheckpoint` failed. `restoreTime()` tells a copy from the process that
   * goes on. That one does not know here whether there is an image: with the engine `direct` a child of it is still
   * writing. Who must know asks for the checkpoint by `checkpointRestore({ leaveRunning: true })` and waits for that.
   * @param context the context that notifies
   */
  afterRestore?(context: Context): void | Promise<void>;
}

export interface RegisterOptions {
  /** The name of the resource in errors. Default: its `name`, else the name of its class, else `resource N`. */
  name?: string;
  /**
   * The time limit for each hook in milliseconds; `Infinity` for none. Default 10 000; none for a nested Context, whose
   * resources each have their own. A hook that blocks the thread cannot be interrupted.
   */
  timeout?: number;
  /**
   * Whether the resource is held weakly: then it may be collected, and is forgotten. Default false, unlike Java, where
   * a resource that nothing else refers to vanishes.
   */
  weak?: boolean;
}

export interface Registration {
  readonly name: string;
  /**
   * Ends the registration: no hook of the resource is started any more, not even in a checkpoint that is going on. Can
   * be called again.
   */
  unregister(): void;
  /** Does the same, for `using`. */
  [Symbol.dispose](): void;
}

// Old runtimes have no Symbol.dispose; `[undefined]` would make a method called "undefined".
export const dispose: typeof Symbol.dispose =
  Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);

export type HookName = 'beforeCheckpoint' | 'afterRestore';

export const DEFAULT_TIMEOUT = 10_000;

/** @returns the name for messages, or undefined for an anonymous object */
export function resourceName(resource: object): string | undefined {
  const { name } = resource as { name?: unknown };
  if (typeof name === 'string' && name !== '') return name;
  const className: unknown = resource.constructor?.name;
  return typeof className === 'string' && className !== '' && className !== 'Object' ? className : undefined;
}
