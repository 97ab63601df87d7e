/// <reference lib="esnext.disposable" preserve="true" />
// In the declarations too: a consumer's own lib may be older than Symbol.dispose.
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
   * registration, also where this resource's `beforeCheckpoint` failed.
   * @param context the context that notifies
   */
  afterRestore?(context: Context): void | Promise<void>;
}

export interface RegisterOptions {
  /** What errors call the resource. Default: its `name`, else the name of its class, else `resource N`. */
  name?: string;
  /**
   * Limit for each hook, in milliseconds; `Infinity` for none. Default 10 000; none for a nested Context, whose
   * resources each have their own. A hook that blocks the thread cannot be interrupted.
   */
  timeout?: number;
  /**
   * Hold the resource weakly: it may be collected and is then forgotten. Default false, unlike Java, where a resource
   * that nothing else refers to vanishes.
   */
  weak?: boolean;
}

export interface Registration {
  readonly name: string;
  /** No hook of the resource is started any more, not even in a checkpoint that is going on. Can be called again. */
  unregister(): void;
  /** The same, for `using`. */
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
