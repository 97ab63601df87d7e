/** Milliseconds for which one call may keep the dump waiting: there are answers that never end. */
const PATIENCE = 2000;

/** Since when each call has been waited for. */
export class Patience {
  #since = new WeakMap<object, number>();

  /** @returns those that are still to be waited for */
  left<T extends object>(calls: Iterable<T>): T[] {
    return [...calls].filter((call) => {
      const since = this.#since.get(call) ?? Date.now();
      this.#since.set(call, since);
      return Date.now() - since < PATIENCE;
    });
  }

  /** At the next checkpoint each is waited for anew. */
  forget(): void {
    this.#since = new WeakMap();
  }
}
