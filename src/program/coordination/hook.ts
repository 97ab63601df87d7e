import { setOrigin } from '../../shared/errors/brand.ts';
import { HookTimeoutError, toError } from '../../shared/errors/classes.ts';
import type { Context } from './context.ts';
import type { HookName, Resource } from './resource.ts';

// Captured at load: a program's fake timers must not fake our time limits.
const { setTimeout, clearTimeout } = globalThis;

/** The longest delay that setTimeout takes; longer limits, about 25 days, are no limits. */
const LONGEST = 2 ** 31 - 1;

export interface HookCall {
  resource: Resource;
  hook: HookName;
  context: Context;
  name: string;
  /** The limit in milliseconds. */
  timeout: number;
}

/** Runs one hook. Never rejects. @returns what went wrong, or undefined */
export async function runHook({
  resource,
  hook,
  context,
  name,
  timeout,
}: HookCall): Promise<Error | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const pending = resource[hook]?.(context);
    // A hook without a promise needs neither timer nor race.
    if (pending === undefined) return undefined;
    const limits: PromiseLike<void>[] = [];
    if (timeout <= LONGEST) {
      const late = () => new HookTimeoutError({ resource: name, hook, timeout });
      limits.push(
        new Promise((_, reject) => {
          timer = setTimeout(() => reject(late()), timeout);
        }),
      );
    }
    await Promise.race([pending, ...limits]);
    return undefined;
  } catch (thrown) {
    const error = toError(thrown);
    setOrigin(error, `${name}.${hook}`);
    return error;
  } finally {
    clearTimeout(timer);
  }
}
