import type { Drawn } from './drawn.ts';

/** The number of last arrays: one that is filled again while it is among them is a pool; fresh ones come and go. */
const LATELY = 32;

/**
 * The small arrays that were filled lately. Noting one must cost next to nothing: they are filled for each id. Arrays of
 * numbers are no keys, so those among the last are pools, too (`uuidv7` keeps eight numbers of 32 bits).
 */
export class SmallArrays {
  readonly #memories: (ArrayBufferLike | undefined)[] = new Array(LATELY).fill(undefined);
  readonly #starts = new Float64Array(LATELY);
  readonly #numbers: (Drawn | undefined)[] = new Array(LATELY).fill(undefined);
  #next = 0;
  #nextNumbers = 0;

  has(memory: ArrayBufferLike, start: number): boolean {
    for (let i = 0; i < LATELY; i++)
      if (this.#memories[i] === memory && this.#starts[i] === start) return true;
    return false;
  }

  add(memory: ArrayBufferLike, start: number, length: number, elementSize: number, by: string): void {
    this.#memories[this.#next] = memory;
    this.#starts[this.#next] = start;
    this.#next = (this.#next + 1) % LATELY;
    if (elementSize === 1) return;
    const bytes = new Uint8Array(memory, start, length).slice();
    this.#numbers[this.#nextNumbers] = {
      memory,
      start,
      bytes,
      elementSize,
      fills: 1,
      by,
      place: {},
      used: [],
    };
    this.#nextNumbers = (this.#nextNumbers + 1) % LATELY;
  }

  letGo(): void {
    this.#memories.fill(undefined);
    for (const each of this.#numbers)
      if (each && !(each.memory instanceof WeakRef)) each.memory = new WeakRef(each.memory);
  }

  *[Symbol.iterator](): Iterator<Drawn> {
    for (const each of this.#numbers) if (each) yield each;
  }
}
