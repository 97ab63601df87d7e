const { now: wallClock } = Date;
/** The time in milliseconds for which one call may hold up the dump: there are answers that never end. */
const PATIENCE = 2000;

/** The calls that have been waited for, each with since when. */
export class Patience {
  #since = new WeakMap<object, number>();

  /** @returns the calls that are still to be waited for */
  left<T extends object>(calls: Iterable<T>): T[] {
    return [...calls].filter((call) => {
      const since = this.#since.get(call) ?? wallClock();
      this.#since.set(call, since);
      return wallClock() - since < PATIENCE;
    });
  }

  /** Forgets all calls: at the next checkpoint each is waited for anew. */
  forget(): void {
    this.#since = new WeakMap();
  }
}
