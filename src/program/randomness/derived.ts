import type { Drawn } from './drawn.ts';
import { livingWith } from './living.ts';

/** The number of equal bytes that make something a copy. */
const ENOUGH = 16;
/** The size of the heap beyond which it is not looked through: that takes memory for each object. */
const LARGEST_HEAP = 256 << 20;

/** A list of numbers that was made of random bytes. */
export interface DerivedList {
  list: WeakRef<number[]>;
  bytes: Uint8Array;
  drawn: Drawn;
}

export interface Derived {
  copies: { view: ArrayBufferView; bytes: Uint8Array; drawn: Drawn }[];
  lists: DerivedList[];
}

/** The places in what was drawn where the first bytes of a copy may stand. */
class Places {
  readonly #places = new Map<number, [Drawn, number][]>();

  constructor(gone: readonly Drawn[]) {
    for (const drawn of gone)
      for (let at = 0; at + ENOUGH <= drawn.bytes.length; at++) {
        const word = wordAt(drawn.bytes, at);
        const known = this.#places.get(word);
        if (known) known.push([drawn, at]);
        else this.#places.set(word, [[drawn, at]]);
      }
  }

  /** @returns what was drawn, from where the copy begins */
  of(first: ArrayLike<number>): { drawn: Drawn; bytes: Uint8Array } | undefined {
    for (const [drawn, at] of this.#places.get(wordAt(first, 0)) ?? []) {
      const bytes = drawn.bytes.subarray(at);
      let same = 0;
      while (same < ENOUGH && bytes[same] === first[same]) same++;
      if (same === ENOUGH) return { drawn, bytes };
    }
    return undefined;
  }
}

const wordAt = (bytes: ArrayLike<number>, at: number): number =>
  ((bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)) >>>
  0;

/**
 * Finds copies of random bytes whose own memory is gone: `Buffer.from(randomBytes(1024))`, `Array.from(…)`. Looks only
 * where such memory is gone.
 */
export function findDerived(gone: readonly Drawn[]): Derived {
  const found: Derived = { copies: [], lists: [] };
  if (gone.length === 0 || process.memoryUsage().heapUsed > LARGEST_HEAP) return found;
  const places = new Places(gone);
  const ours = new Set(gone.map(({ bytes }) => bytes.buffer as ArrayBufferLike));
  for (const each of livingWith(Object.getPrototypeOf(Uint8Array.prototype) as object)) {
    const view = each as ArrayBufferView;
    if (!ArrayBuffer.isView(view) || view.byteLength < ENOUGH || ours.has(view.buffer)) continue;
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const match = places.of(bytes);
    if (match) found.copies.push({ view, drawn: match.drawn, bytes: match.bytes.slice(0, view.byteLength) });
  }
  for (const list of livingWith(Array.prototype)) {
    if (!Array.isArray(list) || list.length < ENOUGH || !isByte(list[0])) continue;
    const match = places.of(list as number[]);
    if (match) found.lists.push({ list: new WeakRef(list as number[]), ...match });
  }
  return found;
}

const isByte = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < 256;
