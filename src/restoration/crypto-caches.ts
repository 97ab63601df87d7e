import { isBuiltinLoaded } from './loaded.ts';

type Crypto = typeof import('node:crypto');

/** Node draws UUIDs in batches of 128 and integers from a cache of 6 × 1024 bytes, for each thread. */
const UUID_BATCH = 128;
const INTEGER_CACHE = 1024;

/** Takes the functions themselves: those of the module may be guarded. */
export function flushCryptoCaches({ randomUUID, randomInt }: Pick<Crypto, 'randomUUID' | 'randomInt'>): void {
  for (let i = 0; i < UUID_BATCH; i++) randomUUID();
  for (let i = 0; i < INTEGER_CACHE; i++) randomInt(2);
}

/** In the program's main thread, after a restore: only where the program has loaded the module at all. */
export function flushCryptoCachesIfLoaded(): void {
  if (isBuiltinLoaded('internal/crypto/random')) flushCryptoCaches(require('node:crypto') as Crypto);
}
