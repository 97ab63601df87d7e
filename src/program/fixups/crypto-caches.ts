import { isBuiltinLoaded } from './loaded.ts';

type Crypto = typeof import('node:crypto');

/** The sizes of Node's caches: it draws UUIDs in batches of 128 and integers from 6 × 1024 bytes, for each thread. */
const UUID_BATCH = 128;
const INTEGER_CACHE = 1024;

/** Empties the caches. Takes the functions themselves: those of the module may be guarded. */
export function flushCryptoCaches({ randomUUID, randomInt }: Pick<Crypto, 'randomUUID' | 'randomInt'>): void {
  for (let i = 0; i < UUID_BATCH; i++) randomUUID();
  for (let i = 0; i < INTEGER_CACHE; i++) randomInt(2);
}

const asLoaded = (): Crypto | undefined =>
  isBuiltinLoaded('internal/crypto/random') ? (require('node:crypto') as Crypto) : undefined;

/** Both caches of a thread, which are used up before a dump. */
export class CryptoCaches {
  readonly #draws: () => number;
  /** How often the thread had drawn when they were used up; they fill by drawing. */
  #usedUp = -1;

  /** @param draws returns how often this thread has drawn from OpenSSL; -1 where that is not known */
  constructor(draws: () => number) {
    this.#draws = draws;
  }

  /**
   * Uses up both before the dump, in the thread that stands still for it, so that each copy fills them anew with its
   * first draw and the restore need not. That takes a while, and is done once where nothing is drawn in between.
   * @returns false where the caches do not behave as known, and must be emptied after the restore
   */
  areUsedUp(): boolean {
    const crypto = asLoaded();
    const draws = this.#draws;
    if (!crypto || (this.#usedUp >= 0 && this.#usedUp === draws())) return true;
    const done =
      useUp(() => crypto.randomUUID(), UUID_BATCH, draws) &&
      useUp(() => crypto.randomInt(2), INTEGER_CACHE, draws);
    this.#usedUp = done ? draws() : -1;
    return done;
  }
}

/** Uses a cache up twice: the second time shows that it fills exactly when its size says. */
function useUp(draw: () => unknown, size: number, draws: () => number): boolean {
  const fills = (): boolean => {
    const before = draws();
    draw();
    return draws() !== before;
  };
  let left = size;
  while (!fills()) if (left-- === 0) return false;
  for (let round = 0; round < 2; round++) {
    if (round > 0 && !fills()) return false;
    for (let i = 1; i < size; i++) if (fills()) return false;
  }
  return true;
}

/** Flushes the caches after a restore, where they could not be used up before. */
export function flushCryptoCachesIfLoaded(): void {
  const crypto = asLoaded();
  if (crypto) flushCryptoCaches(crypto);
}
