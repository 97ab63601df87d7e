import type { Shared } from './shared.ts';

/**
 * After a restore monotonic time goes on where it stopped while wall time has jumped, so
 * `performance.timeOrigin + performance.now()` would lag behind `Date.now()` for ever. `timeOrigin` moves instead.
 */
export function followWallClock(shared: Shared): void {
  const { performance } = globalThis;
  const original = performance.timeOrigin;
  const timeOrigin = { get: () => original + shared.clockOffset, enumerable: true, configurable: true };
  Object.defineProperty(performance, 'timeOrigin', timeOrigin);
  const toJSON = performance.toJSON;
  Object.defineProperty(performance, 'toJSON', {
    value() {
      return { ...toJSON.call(performance), timeOrigin: performance.timeOrigin };
    },
    writable: true,
    configurable: true,
  });
}

/** Wall time minus monotonic time, in milliseconds: taken before the dump and after the restore, the difference is the gap. */
export const clockDifference = (): number => Date.now() - Number(process.hrtime.bigint() / 1000n) / 1000;
