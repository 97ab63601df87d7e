import type { Place } from './place.ts';
import { RecentDraws } from './recent.ts';
import { SmallArrays } from './small-arrays.ts';

/** Memory that was filled with random bytes, and what has become known of it since. */
export interface Drawn {
  /** The memory, held strongly while it is one of the last draws: that costs least. */
  memory: ArrayBufferLike | WeakRef<ArrayBufferLike>;
  start: number;
  /** The bytes as they were drawn: what differs from them at a checkpoint is the program's. */
  bytes: Uint8Array;
  /** The size of an element of the array that was given; 1 for a Buffer. */
  elementSize: number;
  /** The number of times that it was filled. */
  fills: number;
  /** The name of the function that drew. */
  by: string;
  place: Place;
  /** Parts that were used as they are, by the function that took them; these must not change. */
  used: Used[];
}

export interface Used {
  start: number;
  end: number;
  as: string;
}

/** The size up to which one draw is as likely a key, a salt or a token as a pool. */
const KEY_SIZE = 64;
/**
 * The size of the smallest pool: a smaller array of numbers is made for one draw, and some packages make dozens for
 * each id.
 */
const SMALLEST = 16;
/** The largest size that `getRandomValues` fills at once; beyond it is data, not a pool. */
const LARGEST = 65_536;
/** Says whether a Buffer that is made by a draw can be a pool, by its size. */
export const mayBePool = (size: number): boolean => size > KEY_SIZE && size <= LARGEST;
/**
 * The random bytes that this thread holds in memory of its own, so that a copy of the process can have others there.
 * A draw that is no larger than a key and not made again into the same array costs some nanoseconds.
 */
export class DrawnMemory {
  readonly #byMemory = new WeakMap<ArrayBufferLike, Drawn[]>();
  readonly #recent = new RecentDraws();
  readonly #lately = new SmallArrays();
  /** Parts that the program wants to keep and may fill again. */
  readonly #kept = new WeakMap<ArrayBufferLike, Used[]>();
  readonly #usedElsewhere = new WeakMap<ArrayBufferLike, Used[]>();
  #isSilent = false;
  /** True until there has been anything to remember: so long nobody need ask. */
  isEmpty = true;

  /** Notes a new Buffer of random bytes. */
  made(buffer: Uint8Array, by: string, place: () => Place): void {
    if (!mayBePool(buffer.length)) return;
    this.remember(buffer.buffer, buffer.byteOffset, buffer.length, 1, by, place);
  }

  /** Notes that an array that the program has given, or a part of it, was filled. */
  filled(
    array: ArrayBufferView | ArrayBufferLike,
    by: string,
    place: () => Place,
    offset = 0,
    size?: number,
  ): void {
    if (this.#isSilent) return;
    const isView = ArrayBuffer.isView(array);
    const memory = isView ? array.buffer : array;
    const elementSize = (array as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
    const start = (isView ? array.byteOffset : 0) + offset * elementSize;
    const length = size === undefined ? array.byteLength - offset * elementSize : size * elementSize;
    if (length === 0) return;
    const again = this.#byMemory.get(memory)?.find((each) => overlaps(each, start, start + length));
    if (again) {
      this.again(again, memory, start, length);
      return;
    }
    if (length > LARGEST) return;
    if (length > KEY_SIZE) this.remember(memory, start, length, elementSize, by, place);
    else if (this.#lately.has(memory, start))
      this.remember(memory, start, length, elementSize, by, place).fills = 2;
    else if (elementSize === 1 || length >= SMALLEST)
      this.#lately.add(memory, start, length, elementSize, by);
  }

  /** Notes that a function that works with the bytes as they are has been given these. */
  taken(value: unknown, as: string): void {
    if (this.isEmpty || typeof value !== 'object' || value === null) return;
    const isView = ArrayBuffer.isView(value);
    const memory = isView ? value.buffer : (value as ArrayBufferLike);
    const start = isView ? value.byteOffset : 0;
    const end = start + ((value as { byteLength?: number }).byteLength ?? 0);
    const known = this.#byMemory.get(memory);
    for (const drawn of known ?? []) if (overlaps(drawn, start, end)) drawn.used.push({ start, end, as });
    if (known === undefined && mayBePool(end - start)) this.#noteUsed(memory, { start, end, as });
  }

  /** Notes a part that may be a copy of random bytes. */
  #noteUsed(memory: ArrayBufferLike, part: Used): void {
    const used = this.#usedElsewhere.get(memory);
    if (used === undefined) this.#usedElsewhere.set(memory, [part]);
    else if (used.length < MOST_USED) used.push(part);
  }

  /** Notes bytes that were drawn into other memory, which has gone, and copied here. */
  copied({ buffer, byteOffset }: ArrayBufferView, bytes: Uint8Array, { by, place }: Drawn): void {
    if (this.#byMemory.get(buffer)?.some((each) => overlaps(each, byteOffset, byteOffset + bytes.length)))
      return;
    const copy: Drawn = {
      memory: new WeakRef(buffer),
      start: byteOffset,
      bytes,
      elementSize: 1,
      fills: 1,
      by,
      place,
      used: [...(this.#kept.get(buffer) ?? []), ...(this.#usedElsewhere.get(buffer) ?? [])],
    };
    this.#byMemory.set(buffer, [...(this.#byMemory.get(buffer) ?? []), copy]);
    this.#recent.add(copy);
  }

  /** Keeps these bytes as they are; also what is too small to be remembered otherwise. */
  keep(value: ArrayBufferView | ArrayBufferLike): void {
    const isView = ArrayBuffer.isView(value);
    const memory = isView ? value.buffer : value;
    const start = isView ? value.byteOffset : 0;
    const end = start + value.byteLength;
    const part = { start, end, as: KEPT_BY_PROGRAM };
    for (const drawn of this.#byMemory.get(memory) ?? [])
      if (overlaps(drawn, start, end)) drawn.used.push(part);
    this.#kept.set(memory, [...(this.#kept.get(memory) ?? []), part]);
  }

  /** Lets go of all memory: from here on a collection of the garbage shows what has gone. */
  letGo(): void {
    this.#recent.letGo();
    this.#lately.letGo();
  }

  /** Iterates over all that is remembered. */
  *[Symbol.iterator](): Iterator<Drawn> {
    yield* this.#recent;
    yield* this.#lately;
  }

  /** Calls `draw`, whose draws are ours and are not noted. */
  silently(draw: () => void): void {
    this.#isSilent = true;
    try {
      draw();
    } finally {
      this.#isSilent = false;
    }
  }

  /** Notes that this memory is filled again. */
  again(drawn: Drawn, memory: ArrayBufferLike, start: number, length: number): void {
    drawn.fills++;
    if (drawn.fills === 2) this.#recent.addAgain(drawn);
    // Parts that were used before have been overwritten.
    drawn.used = drawn.used.filter(
      (part) => part.as === KEPT_BY_PROGRAM || part.end <= start || part.start >= start + length,
    );
    const from = Math.min(drawn.start, start);
    const end = Math.max(drawn.start + drawn.bytes.length, start + length);
    if (end - from !== drawn.bytes.length && end - from <= LARGEST) {
      const bytes = new Uint8Array(end - from);
      bytes.set(drawn.bytes, drawn.start - from);
      drawn.start = from;
      drawn.bytes = bytes;
    }
    const fresh = new Uint8Array(memory, start, Math.min(length, drawn.start + drawn.bytes.length - start));
    drawn.bytes.set(fresh, start - drawn.start);
  }

  /** Notes a draw. */
  remember(
    memory: ArrayBufferLike,
    start: number,
    length: number,
    elementSize: number,
    by: string,
    place: () => Place,
  ): Drawn {
    this.isEmpty = false;
    const drawn: Drawn = {
      memory,
      start,
      bytes: new Uint8Array(memory, start, length).slice(),
      elementSize,
      fills: 1,
      by,
      place: this.#recent.placeFor(by, length, place),
      used: [...(this.#kept.get(memory) ?? [])],
    };
    const known = this.#byMemory.get(memory);
    if (known) known.push(drawn);
    else this.#byMemory.set(memory, [drawn]);
    this.#recent.add(drawn);
    return drawn;
  }
}

/** The number of parts of one piece of memory that are noted. */
const MOST_USED = 64;

export const KEPT_BY_PROGRAM = 'keepRandom';

/** @returns undefined if nothing of the program refers to it any more */
export const memoryOf = ({ memory }: Drawn): ArrayBufferLike | undefined =>
  memory instanceof WeakRef ? memory.deref() : memory;

const overlaps = (drawn: Drawn, start: number, end: number): boolean =>
  drawn.start < end && start < drawn.start + drawn.bytes.length;
