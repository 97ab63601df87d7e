import { isBuiltinLoaded } from './loaded.ts';
import { passGate, type Shared } from './shared.ts';

type Crypto = typeof import('node:crypto');

/** Node draws UUIDs in batches of 128 and integers from a cache of 6 × 1024 bytes, for each thread. */
const UUID_BATCH = 128;
const INTEGER_CACHE = 1024;

export function flushCryptoCaches(crypto: Crypto): void {
  for (let i = 0; i < UUID_BATCH; i++) crypto.randomUUID();
  for (let i = 0; i < INTEGER_CACHE; i++) crypto.randomInt(2);
}

/** In the main thread, after a restore: only where the program has loaded the module at all. */
export function flushCryptoCachesIfLoaded(): void {
  if (isBuiltinLoaded('internal/crypto/random')) flushCryptoCaches(require('node:crypto') as Crypto);
}

const DRAWS = [
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'getRandomValues',
  'generateKey',
  'generateKeySync',
  'generateKeyPair',
  'generateKeyPairSync',
  'generatePrime',
  'generatePrimeSync',
] as const;

/**
 * A Worker runs on as soon as the engine wakes the process, before the main thread has renewed OpenSSL's generator:
 * in Workers each drawing function waits at the gate and renews the thread's caches once for each restore.
 */
export function guardWorkerCrypto(shared: Shared): void {
  const crypto = require('node:crypto') as Crypto & Record<string, unknown>;
  let generation = shared.generation;
  const check = () => {
    if (shared.gate === 0 && shared.generation === generation) return;
    passGate(shared);
    if (shared.generation === generation) return;
    generation = shared.generation;
    flushCryptoCaches(crypto);
  };
  const guard = (target: Record<string, unknown>, name: string) => {
    const original = target[name];
    if (typeof original !== 'function') return;
    const guarded = function (this: unknown, ...args: unknown[]) {
      check();
      return Reflect.apply(original, this, args);
    };
    Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(original));
    Object.defineProperty(target, name, {
      value: guarded,
      writable: true,
      configurable: true,
      enumerable: true,
    });
  };
  for (const name of DRAWS) guard(crypto, name);
  const web = crypto.webcrypto as unknown as Record<string, unknown>;
  for (const name of ['getRandomValues', 'randomUUID']) guard(web, name);
  (require('node:module') as typeof import('node:module')).syncBuiltinESMExports();
}
