import { closeSync, openSync, readSync } from 'node:fs';
import { replace } from '../../descriptors/provenance/replace.ts';
import type { Generation } from '../../fixups/generation.ts';
import { whenCryptoLoads } from '../../randomness/when-loaded.ts';

type Crypto = typeof import('node:crypto');
type AnyFunction = (...args: unknown[]) => unknown;
type Later = (error: unknown, value?: unknown) => void;

/** The number of bytes that one look at the kernel brings: draws are small. */
const SUPPLY = 4096;
const UUID_BYTES = 16;
/** The largest range that Node takes: beyond it there are too few numbers that a double can hold. */
const LARGEST_RANGE = 2 ** 48;

/** The bytes of the kernel's generator, which the platform, or the machine's generation id, has seeded anew. */
class Kernel {
  readonly #supply = new Uint8Array(SUPPLY);
  #left = 0;

  mixInto(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      if (this.#left === 0) this.#fill();
      bytes[i] = (bytes[i] as number) ^ (this.#supply[--this.#left] as number);
      this.#supply[this.#left] = 0; // a byte that has been given out is not given again
    }
  }

  forget(): void {
    this.#left = 0;
  }

  #fill(): void {
    const fd = openSync('/dev/urandom', 'r');
    try {
      for (let read = 0; read < SUPPLY; ) read += readSync(fd, this.#supply, read, SUPPLY - read, null);
    } finally {
      closeSync(fd);
    }
    this.#left = SUPPLY;
  }
}

/**
 * Mixes what this thread draws by node:crypto in a new copy with bytes of the kernel's: without the native part nobody
 * can give OpenSSL fresh entropy. Keys that OpenSSL makes by itself (generateKeyPair, TLS) are out of reach, and said.
 * @param isReseeded tells whether the native part has done it
 */
export function mixKernelRandom(generation: Generation, isReseeded: () => boolean): void {
  const first = generation.copy;
  const kernel = new Kernel();
  let known = first;
  const isNew = (): boolean => {
    if (generation.copy === first || isReseeded()) return false;
    if (known !== generation.copy) kernel.forget();
    known = generation.copy;
    return true;
  };
  whenCryptoLoads(() => install(require('node:crypto') as Crypto, isNew, (bytes) => kernel.mixInto(bytes)));
}

const bytesOf = (array: ArrayBufferView | ArrayBufferLike, offset = 0, size?: number): Uint8Array => {
  const isView = ArrayBuffer.isView(array);
  const element = (array as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  const start = (isView ? array.byteOffset : 0) + offset * element;
  const length = size === undefined ? array.byteLength - offset * element : size * element;
  return new Uint8Array(isView ? array.buffer : array, start, length);
};

function install(crypto: Crypto, isNew: () => boolean, mix: (bytes: Uint8Array) => void): void {
  const { randomBytes, randomFillSync } = crypto;
  /** Draws from OpenSSL, then mixes: never worse than either. */
  const fresh = (size: number): Buffer => {
    const bytes = randomFillSync(Buffer.alloc(size));
    mix(bytes);
    return bytes;
  };
  const web = Object.getPrototypeOf(crypto.webcrypto) as object;
  replace(
    crypto,
    'randomBytes',
    (original) =>
      function (this: unknown, ...args) {
        const callback = args[1];
        if (typeof callback === 'function')
          args[1] = (error: unknown, bytes: Uint8Array) => {
            if (!error && isNew()) mix(bytes);
            return (callback as Later)(error, bytes);
          };
        const bytes = Reflect.apply(original, this, args);
        if (callback === undefined && isNew()) mix(bytes as Uint8Array);
        return bytes;
      },
  );
  for (const name of ['prng', 'rng', 'pseudoRandomBytes'] as const)
    if ((crypto as never)[name] === randomBytes)
      Object.defineProperty(crypto, name, { value: crypto.randomBytes, writable: true });
  const filling = (original: AnyFunction): AnyFunction =>
    function (this: unknown, ...args) {
      const result = Reflect.apply(original, this, args);
      const [array, offset, size] = args as [ArrayBufferView, number?, number?];
      if (isNew()) mix(bytesOf(array, offset, size));
      return result;
    };
  replace(crypto, 'randomFillSync', filling);
  replace(web, 'getRandomValues', filling);
  replace(
    crypto,
    'randomFill',
    (original) =>
      function (this: unknown, ...args) {
        const callback = args.at(-1);
        const [array, offset, size] = args.slice(0, -1) as [ArrayBufferView, number?, number?];
        if (typeof callback === 'function')
          args[args.length - 1] = (error: unknown, ...more: unknown[]) => {
            if (!error && isNew()) mix(bytesOf(array, offset, size));
            return Reflect.apply(callback as AnyFunction, undefined, [error, ...more]);
          };
        return Reflect.apply(original, this, args);
      },
  );
  const saying = (name: string, original: AnyFunction): AnyFunction =>
    function (this: unknown, ...args) {
      if (isNew()) sayOnce(name);
      return Reflect.apply(original, this, args);
    };
  const uuid = (original: AnyFunction): AnyFunction =>
    function (this: unknown, ...args) {
      return isNew() ? uuidOf(fresh(UUID_BYTES)) : Reflect.apply(original, this, args);
    };
  replace(crypto, 'randomUUID', uuid);
  replace(web, 'randomUUID', uuid);
  replace(
    crypto,
    'randomInt',
    (original) =>
      function (this: unknown, ...args) {
        if (!isNew()) return Reflect.apply(original, this, args);
        const callback = args.at(-1);
        const bounds = typeof callback === 'function' ? args.slice(0, -1) : args;
        const [low, high] = (bounds.length < 2 ? [0, bounds[0]] : bounds) as [number, number];
        if (typeof callback === 'function')
          args[args.length - 1] = (error: unknown) =>
            (callback as Later)(error, error ? undefined : integer(low, high, fresh));
        const checked = Reflect.apply(original, this, args); // throws for wrong arguments
        return typeof callback === 'function' ? checked : integer(low, high, fresh);
      },
  );
  type Key = import('node:crypto').KeyObject;
  const another = ({ symmetricKeySize }: Key): Key =>
    crypto.createSecretKey(fresh(symmetricKeySize as number));
  replace(
    crypto,
    'generateKeySync',
    (original) =>
      function (this: unknown, ...args) {
        const key = Reflect.apply(original, this, args) as Key;
        return isNew() ? another(key) : key;
      },
  );
  replace(
    crypto,
    'generateKey',
    (original) =>
      function (this: unknown, ...args) {
        const callback = args.at(-1);
        if (typeof callback === 'function')
          args[args.length - 1] = (error: unknown, key: Key) =>
            (callback as Later)(error, key && isNew() ? another(key) : key);
        return Reflect.apply(original, this, args);
      },
  );
  for (const name of [
    'generateKeyPairSync',
    'generateKeyPair',
    'generatePrimeSync',
    'generatePrime',
  ] as const)
    replace(crypto, name, (original) => saying(name, original));
  const subtle = Object.getPrototypeOf(crypto.webcrypto.subtle) as object;
  replace(subtle, 'generateKey', (original) => saying('subtle.generateKey', original));
  (require('node:module') as typeof import('node:module')).syncBuiltinESMExports();
}

function uuidOf(bytes: Buffer): string {
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Draws an integer, evenly: what lies beyond the last whole range is drawn again. */
function integer(low: number, high: number, fresh: (size: number) => Buffer): number {
  const range = high - low;
  const limit = LARGEST_RANGE - (LARGEST_RANGE % range);
  for (;;) {
    const drawn = fresh(6).readUIntBE(0, 6);
    if (drawn < limit) return low + (drawn % range);
  }
}

let hasSaid = false;

function sayOnce(name: string): void {
  if (!hasSaid)
    process.emitWarning(
      `without node-crac's native part OpenSSL goes on where it stood: what ${name}() makes may be the same in every copy. Build it with\n  node scripts/build.mjs native\nin the package's directory (docs/platforms.md)`,
      'CracWarning',
    );
  hasSaid = true;
}
