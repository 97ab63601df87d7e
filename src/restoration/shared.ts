/** Cells of the memory that all threads of the process share (native/addon/memory.c). */
export interface Shared {
  /** 1 from just before the dump until randomness has been renewed: other threads must not draw randomness meanwhile. */
  gate: number;
  /** Counts restores of this process; a thread that sees a new number renews its own state. */
  generation: number;
  /** Milliseconds by which wall time has run ahead of monotonic time over all restores. */
  clockOffset: number;
}

const GATE = 0;
const GENERATION = 1;
const CLOCK_OFFSET = 2;

export function sharedCells(memory: ArrayBuffer): Shared {
  const cells = new Float64Array(memory);
  const cell = (index: number) => ({
    get: () => cells[index] as number,
    set: (value: number) => {
      cells[index] = value;
    },
  });
  return Object.defineProperties({} as Shared, {
    gate: cell(GATE),
    generation: cell(GENERATION),
    clockOffset: cell(CLOCK_OFFSET),
  });
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Waits, in a thread other than the main one, until the main thread has renewed the process's randomness. */
export function passGate(shared: Shared): void {
  while (shared.gate !== 0) Atomics.wait(sleeper, 0, 0, 1);
}
