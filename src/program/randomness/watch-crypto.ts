import { replace } from '../descriptors/provenance/replace.ts';
import { type DrawnMemory, mayBePool } from './drawn.ts';
import { placeOf } from './place.ts';

type Crypto = typeof import('node:crypto');
type AnyFunction = (...args: unknown[]) => unknown;

/** Functions that take bytes as they are, and which of their arguments. What was given to them must not change. */
const TAKE: Readonly<Record<string, readonly number[]>> = {
  createHmac: [1],
  createCipheriv: [1, 2],
  createDecipheriv: [1, 2],
  createSecretKey: [0],
  scrypt: [0, 1],
  scryptSync: [0, 1],
  pbkdf2: [0, 1],
  pbkdf2Sync: [0, 1],
  hkdf: [1, 2, 3],
  hkdfSync: [1, 2, 3],
  timingSafeEqual: [0, 1],
  sign: [1],
  verify: [1, 3],
  hash: [1],
};
const SUBTLE: Readonly<Record<string, readonly number[]>> = {
  importKey: [1],
  digest: [1],
  sign: [2],
  verify: [2, 3],
  encrypt: [2],
  decrypt: [2],
};
/** Methods that take the bytes as their first argument, by the class they belong to. */
const METHODS = [
  ['Hash', 'update'],
  ['Hmac', 'update'],
  ['Cipheriv', 'update'],
  ['Decipheriv', 'update'],
  ['ECDH', 'setPrivateKey'],
] as const;

/** Notes the program's draws from here on, by whatever function it makes them. */
export function watchCrypto(memory: DrawnMemory): void {
  const crypto = require('node:crypto') as Crypto;
  const web = Object.getPrototypeOf(crypto.webcrypto) as object;
  // All names of one function are given the same new one: `prng` and `pseudoRandomBytes` are `randomBytes`.
  const randomBytes = crypto.randomBytes;
  replace(crypto, 'randomBytes', (original) => watchedRandomBytes(memory, original));
  for (const name of ['prng', 'rng', 'pseudoRandomBytes'] as const)
    if ((crypto as never)[name] === randomBytes)
      Object.defineProperty(crypto, name, { value: crypto.randomBytes, writable: true });
  replace(crypto, 'randomFillSync', (original) => watchedFill(memory, original, 'randomFillSync'));
  replace(crypto, 'randomFill', (original) => watchedLaterFill(memory, original));
  replace(web, 'getRandomValues', (original) => watchedFill(memory, original, 'getRandomValues'));
  for (const [name, places] of Object.entries(TAKE)) watchTaking(memory, crypto, name, places);
  const subtle = Object.getPrototypeOf(crypto.webcrypto.subtle) as object;
  for (const [name, places] of Object.entries(SUBTLE)) watchTaking(memory, subtle, name, places);
  for (const [name, method] of METHODS) {
    const { prototype } = ((crypto as never)[name] ?? {}) as { prototype?: object };
    if (prototype) watchTaking(memory, prototype, method, [0]);
  }
  (require('node:module') as typeof import('node:module')).syncBuiltinESMExports();
}

function watchedRandomBytes(memory: DrawnMemory, original: AnyFunction): AnyFunction {
  return function randomBytes(this: unknown, ...args) {
    const callback = args[1];
    const size = args[0] as number;
    if (typeof callback === 'function' && mayBePool(size)) {
      const place = placeOf(randomBytes);
      args[1] = function (this: unknown, error: unknown, bytes: Uint8Array) {
        if (!error) memory.made(bytes, 'randomBytes', () => place);
        return Reflect.apply(callback, this, [error, bytes]);
      };
    }
    const bytes = Reflect.apply(original, this, args);
    if (mayBePool(size) && callback === undefined)
      memory.made(bytes as Uint8Array, 'randomBytes', () => placeOf(randomBytes));
    return bytes;
  };
}

function watchedFill(memory: DrawnMemory, original: AnyFunction, name: string): AnyFunction {
  return function fill(this: unknown, ...args) {
    const result = Reflect.apply(original, this, args);
    const [array, offset, size] = args as [ArrayBufferView, number?, number?];
    memory.filled(array, name, () => placeOf(fill), offset, size);
    return result;
  };
}

function watchedLaterFill(memory: DrawnMemory, original: AnyFunction): AnyFunction {
  return function randomFill(this: unknown, ...args) {
    const last = args.length - 1;
    const callback = args[last];
    if (typeof callback !== 'function') return Reflect.apply(original, this, args); // an error of the caller's
    const [array, offset, size] = args.slice(0, last) as [ArrayBufferView, number?, number?];
    const place = placeOf(randomFill);
    args[last] = function (this: unknown, error: unknown, ...more: unknown[]) {
      if (!error) memory.filled(array, 'randomFill', () => place, offset, size);
      return Reflect.apply(callback, this, [error, ...more]);
    };
    return Reflect.apply(original, this, args);
  };
}

function watchTaking(memory: DrawnMemory, target: object, name: string, places: readonly number[]): void {
  replace(
    target,
    name,
    (original) =>
      function taking(this: unknown, ...args) {
        for (const place of places) memory.taken(args[place], name);
        return Reflect.apply(original, this, args);
      },
  );
}
