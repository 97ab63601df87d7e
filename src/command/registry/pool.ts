/** The number of blobs that are on the way at a time. */
export const PARALLEL = 4;

/** Does the work for each, so many at a time; the first failure stops what has not begun. */
export async function eachInParallel<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) {
      try {
        await work(item);
      } catch (error) {
        rest.length = 0;
        throw error;
      }
    }
  };
  const all = await Promise.allSettled(Array.from({ length: Math.min(PARALLEL, items.length) }, worker));
  for (const one of all) if (one.status === 'rejected') throw one.reason;
}
