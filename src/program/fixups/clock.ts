import type { Generation } from './generation.ts';

const { now: wallClock } = Date;

/** Returns wall time minus monotonic time, in milliseconds: the gap is what it has grown by over a restore. */
const clockDifference = (): number => wallClock() - Number(process.hrtime.bigint() / 1000n) / 1000;

/**
 * Moves `timeOrigin` after a restore, in each thread when it first asks in a new copy. Monotonic time goes on where it
 * stopped while wall time has jumped, so `performance.timeOrigin + performance.now()` would lag behind `Date.now()` for
 * ever.
 */
export function followWallClock(generation: Generation): void {
  const { performance } = globalThis;
  const original = performance.timeOrigin;
  const before = clockDifference();
  let known = generation.copy;
  let offset = 0;
  const get = () => {
    if (generation.copy !== known) {
      known = generation.copy;
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
