import { type Drawn, memoryOf } from './drawn.ts';
import type { Place } from './place.ts';

/**
 * The number of first draws of each kind that stay noted: what is drawn at a program's start may live as long as the
 * program.
 */
const FIRST = 16;
/** The number of last draws that do: a pool that is drawn anew takes the place of the one before. */
const LAST = 32;
const LARGE = 4096;
const LAST_LARGE = 4;
/** The number of kinds beyond which all sizes count as one. */
const KINDS = 256;
/** The number of draws from which on a place is looked for now and then only: it takes longer than all the rest. */
const OFTEN = 64;
const NOW_AND_THEN = 16;

/** The number of arrays, filled more than once, at which those that have gone are first looked for. */
const FIRST_LOOK = 64;

interface Kind {
  first: Drawn[];
  last: (Drawn | undefined)[];
  next: number;
  count: number;
  place: Place;
}

/** A selection of the draws: as many as there may be pools among them, and no more than can be held at no cost. */
export class RecentDraws {
  readonly #again = new Set<Drawn>();
  #nextLook = FIRST_LOOK;
  readonly #kinds = new Map<string, Kind>();

  /** @param place called where it is worth its cost */
  placeFor(by: string, size: number, place: () => Place): Place {
    const kind = this.kindOf(by, size);
    if (kind.count < OFTEN || kind.count % NOW_AND_THEN === 0) kind.place = place();
    return kind.place;
  }

  add(drawn: Drawn): void {
    const kind = this.kindOf(drawn.by, drawn.bytes.length);
    if (kind.count % LAST === 0) kind.first = kind.first.filter((each) => memoryOf(each) !== undefined);
    if (kind.first.length < FIRST) {
      letGo(drawn);
      kind.first.push(drawn);
    } else kind.last[kind.next++ % (drawn.bytes.length > LARGE ? LAST_LARGE : LAST)] = drawn;
    kind.count++;
  }

  /** Adds memory that is filled again: it lives longer than others, and is not made anew. */
  addAgain(drawn: Drawn): void {
    letGo(drawn);
    this.#again.add(drawn);
    if (this.#again.size < this.#nextLook) return;
    for (const each of this.#again) if (memoryOf(each) === undefined) this.#again.delete(each);
    this.#nextLook = Math.max(FIRST_LOOK, 2 * this.#again.size);
  }

  letGo(): void {
    for (const { last } of this.#kinds.values()) for (const each of last) if (each) letGo(each);
  }

  [Symbol.iterator](): Iterator<Drawn> {
    const all = [...this.#kinds.values()].flatMap(({ first, last }) => [...first, ...last]);
    return new Set([...this.#again, ...all.filter((each) => each !== undefined)]).values();
  }

  kindOf(by: string, size: number): Kind {
    const name = this.#kinds.size < KINDS || this.#kinds.has(`${by} ${size}`) ? `${by} ${size}` : by;
    let kind = this.#kinds.get(name);
    if (kind === undefined) {
      kind = { first: [], last: new Array(LAST).fill(undefined), next: 0, count: 0, place: {} };
      this.#kinds.set(name, kind);
    }
    return kind;
  }
}

function letGo(drawn: Drawn): void {
  if (!(drawn.memory instanceof WeakRef)) drawn.memory = new WeakRef(drawn.memory);
}
