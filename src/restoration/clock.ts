import type { Mark } from './mark.ts';

/** Wall time minus monotonic time, in milliseconds: taken before the dump and after the restore, the difference is the gap. */
export const clockDifference = (): number => Date.now() - Number(process.hrtime.bigint() / 1000n) / 1000;

/**
 * After a restore monotonic time goes on where it stopped while wall time has jumped, so
 * `performance.timeOrigin + performance.now()` would lag behind `Date.now()` for ever. `timeOrigin` moves instead,
 * in each thread when it first asks in a new copy.
 *
 * @param copy the copy in which `before` was taken
 * @param before `clockDifference()` at any time in that copy
 */
export function followWallClock(mark: Mark, copy = mark.copy, before = clockDifference()): void {
  const { performance } = globalThis;
  const original = performance.timeOrigin;
  let known = copy;
  let offset = 0;
  const get = () => {
    if (mark.copy !== known) {
      known = mark.copy;
      offset = clockDifference() - before;
    }
    return original + offset;
  };
  Object.defineProperty(performance, 'timeOrigin', { get, enumerable: true, configurable: true });
  const toJSON = performance.toJSON;
  Object.defineProperty(performance, 'toJSON', {
    value() {
      return { ...toJSON.call(performance), timeOrigin: performance.timeOrigin };
    },
    writable: true,
    configurable: true,
  });
}
