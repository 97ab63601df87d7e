import { randomBytes } from 'node:crypto';
import type { AdapterApi } from '../../adapter.ts';
import { live } from './live.ts';

/** The number of objects from which on those that have gone are looked for. */
const FIRST_LOOK = 64;

/** The objects of a library that each copy renews. They are held weakly: a program may make one for each request. */
export class Renewed<T extends object> {
  readonly #all = new Set<WeakRef<T>>();
  readonly #references = new WeakMap<T, WeakRef<T>>();
  #nextLook = FIRST_LOOK;

  constructor(api: AdapterApi, name: string, renew: (each: T) => void) {
    api.register({
      name,
      afterRestore: ({ restored }) => {
        if (restored) for (const each of live(this.#all)) renew(each);
      },
    });
  }

  add(object: T): void {
    if (this.#references.has(object)) return;
    const reference = new WeakRef(object);
    this.#references.set(object, reference);
    this.#all.add(reference);
    if (this.#all.size < this.#nextLook) return;
    for (const each of this.#all) if (each.deref() === undefined) this.#all.delete(each);
    this.#nextLook = Math.max(FIRST_LOOK, 2 * this.#all.size);
  }

  /** Leaves the object as it is from here on: it was seeded on purpose. */
  remove(object: T): void {
    const reference = this.#references.get(object);
    if (reference) this.#all.delete(reference);
    this.#references.delete(object);
  }
}

/** Draws words of 32 bits to seed a generator with. */
export const entropy = (words: number): number[] => {
  const bytes = randomBytes(4 * words);
  return Array.from({ length: words }, (_, i) => bytes.readUInt32LE(4 * i));
};

/**
 * Tells whether a seed equals the clock. Such a seed is nobody's choice: a program that is to give the same numbers
 * again cannot name it.
 */
export const isClock = (seed: unknown): boolean =>
  typeof seed === 'number' && Math.abs(Date.now() - seed) <= 2000;

type AnyFunction = (this: unknown, ...words: never[]) => unknown;

/** Generators that are functions with their state inside: in a copy each passes its calls to another generator. */
export class RenewedFunctions {
  readonly #makers = new WeakMap<AnyFunction, () => void>();
  readonly #renewed: Renewed<AnyFunction>;

  constructor(api: AdapterApi, name: string) {
    this.#renewed = new Renewed(api, name, (each) => this.#makers.get(each)?.());
  }

  /**
   * @param make makes a generator with a seed of its own each time. @returns a function before it, with the same
   * properties
   */
  inFrontOf<T extends AnyFunction>(make: () => T): T {
    let current = make() as T & Record<string, unknown>;
    const front = function (this: unknown, ...words: never[]) {
      return Reflect.apply(current, this, words);
    } as unknown as T;
    for (const name of Object.keys(current)) {
      const isItself = current[name] === current;
      const get = () => {
        const value = current[name];
        return isItself ? front : value;
      };
      Object.defineProperty(front, name, { get, enumerable: true, configurable: true });
    }
    this.#makers.set(front, () => {
      current = make() as typeof current;
    });
    this.#renewed.add(front);
    return front;
  }
}
