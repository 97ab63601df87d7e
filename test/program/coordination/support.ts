import type { Resource } from '../../../src/program/index.ts';

export const later = (ms = 1): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A resource that writes its hooks' names into the log, the second hook of each after a turn of the loop. */
export function logged(log: string[], name: string, hooks: Partial<Resource> = {}): Resource {
  return {
    async beforeCheckpoint(context) {
      await later();
      log.push(`${name} before`);
      await hooks.beforeCheckpoint?.(context);
    },
    async afterRestore(context) {
      await later();
      log.push(`${name} after`);
      await hooks.afterRestore?.(context);
    },
  };
}

export function throwing(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}

/** @returns what the promise was rejected with */
export async function rejection<T extends Error>(promise: Promise<unknown>): Promise<T> {
  const outcome = await promise.then(
    () => 'resolved',
    (error: T) => error,
  );
  if (outcome === 'resolved') throw new Error('it was to be rejected, and was resolved');
  return outcome as T;
}
