import { flushCryptoCaches } from './crypto-caches.ts';
import { drawInOneCopy, type Generation } from './generation.ts';

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
type Callback = (error: unknown, ...values: unknown[]) => void;
type Target = Record<string, unknown>;

const SYNC = [
  'randomFillSync',
  'randomUUID',
  'getRandomValues',
  'generateKeySync',
  'generateKeyPairSync',
  'generatePrimeSync',
] as const;

/**
 * Functions that are asynchronous with a callback as the last argument; without one they are synchronous, or the
 * caller's error.
 */
const ASYNC = [
  'randomBytes',
  'randomFill',
  'randomInt',
  'generateKey',
  'generateKeyPair',
  'generatePrime',
] as const;

/**
 * Guards draws in threads that the engine stops anywhere: Workers and child processes. (The program's main thread
 * stands in one known place.) A draw that a dump has cut in two is drawn again, and the thread's caches are emptied in
 * a new copy.
 */
export function guardCrypto(generation: Generation): void {
  const crypto = require('node:crypto') as typeof import('node:crypto');
  const { randomUUID, randomInt } = crypto;
  const known = { copy: generation.copy };
  const flush = () => flushCryptoCaches({ randomUUID, randomInt });
  const now = (draw: () => unknown) => drawInOneCopy(generation, known, flush, draw);
  const sync = (original: AnyFunction): AnyFunction =>
    function (...args) {
      return now(() => Reflect.apply(original, this, args));
    };
  const async = (original: AnyFunction): AnyFunction =>
    function (...args) {
      const callback = args.at(-1);
      if (typeof callback !== 'function') return now(() => Reflect.apply(original, this, args));
      const attempt = (): unknown => {
        const { copy } = generation;
        const settle: Callback = (...results) =>
          generation.copy === copy ? Reflect.apply(callback, undefined, results) : void attempt();
        return now(() => Reflect.apply(original, this, [...args.slice(0, -1), settle]));
      };
      return attempt();
    };
  const promised = (original: AnyFunction): AnyFunction =>
    async function (...args) {
      for (;;) {
        const { copy } = generation;
        const value = await Reflect.apply(original, this, args);
        if (generation.copy === copy) return value;
      }
    };
  const { randomBytes } = crypto;
  for (const name of SYNC) replace(crypto as never, name, sync);
  for (const name of ASYNC) replace(crypto as never, name, async);
  // These are older names of the same function.
  for (const name of ['prng', 'rng', 'pseudoRandomBytes'] as const)
    if ((crypto as never)[name] === randomBytes)
      Object.defineProperty(crypto, name, { value: crypto.randomBytes, writable: true });
  const web = Object.getPrototypeOf(crypto.webcrypto) as Target;
  for (const name of ['getRandomValues', 'randomUUID']) replace(web, name, sync);
  replace(Object.getPrototypeOf(crypto.webcrypto.subtle) as Target, 'generateKey', promised);
  (require('node:module') as typeof import('node:module')).syncBuiltinESMExports();
}

/** Replaces a function, keeping name, length and own properties (util.promisify's): libraries look at them. */
function replace(target: Target, name: string, guard: (original: AnyFunction) => AnyFunction): void {
  const property = Object.getOwnPropertyDescriptor(target, name);
  const original = property?.value as AnyFunction | undefined;
  // The module's getRandomValues is a getter, which answers with the one of Web Crypto.
  if (property === undefined || typeof original !== 'function') return;
  const guarded = guard(original);
  Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(original));
  Object.defineProperty(target, name, { ...property, value: guarded });
}
