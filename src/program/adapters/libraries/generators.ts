import type { Adapter, AdapterApi } from '../adapter.ts';
import { entropy, isClock, Renewed, RenewedFunctions } from './shared/renewed.ts';

// Generators of random numbers with a state of their own. A generator that took its seed from the clock or from another
// generator gets a new seed in each copy; one that the program has seeded must give the same numbers, and does.

const WITHOUT =
  'copies of one image may draw the same random numbers. Give its generators new seeds in onCopy()';

type Constructor<T> = new (...words: unknown[]) => T;

interface Twister {
  init_seed(seed: number): void;
  init_by_array(seeds: number[], length: number): void;
}

function adaptTwister(exports: Constructor<Twister>, api: AdapterApi): unknown {
  const renewed = new Renewed<Twister>(api, 'mersenne-twister', (each) => {
    reseed.call(each, entropy(16), 16);
  });
  const prototype = exports.prototype as Twister;
  const reseed = prototype.init_by_array;
  for (const name of ['init_seed', 'init_by_array'] as const) {
    const original = prototype[name] as (...words: unknown[]) => void;
    prototype[name] = function seeded(this: Twister, ...words: unknown[]) {
      renewed.remove(this);
      original.apply(this, words);
    };
  }
  return new Proxy(exports, {
    construct(target, words, made) {
      const twister = Reflect.construct(target, words, made) as Twister;
      if (words[0] == null || isClock(words[0])) renewed.add(twister);
      return twister;
    },
  });
}

interface ChanceTwister {
  init_genrand(seed: number): void;
}

interface ChanceClass {
  prototype: { mersenne_twister(seed?: number): ChanceTwister };
}

function adaptChance(exports: ChanceClass, api: AdapterApi): void {
  const renewed = new Renewed<ChanceTwister>(api, 'chance', (each) => {
    each.init_genrand(entropy(1)[0] as number);
  });
  const { prototype } = exports;
  const { mersenne_twister } = prototype;
  prototype.mersenne_twister = function made(seed) {
    const twister = mersenne_twister.call(this, seed);
    if (seed === undefined || isClock(seed)) renewed.add(twister);
    return twister;
  };
}

interface RandomJsEngine {
  seed(seed: number): this;
  seedWithArray(seeds: number[]): this;
}

interface RandomJs {
  MersenneTwister19937: { autoSeed(): RandomJsEngine; prototype: RandomJsEngine };
  nodeCrypto: { next(): number };
}

/** The number of bytes that `nodeCrypto` keeps. */
const NODE_CRYPTO_POOL = 128;

function adaptRandomJs({ MersenneTwister19937: engine, nodeCrypto }: RandomJs, api: AdapterApi): void {
  const { prototype, autoSeed } = engine;
  const { seed, seedWithArray } = prototype;
  const renewed = new Renewed<RandomJsEngine>(api, 'random-js', (each) => {
    seedWithArray.call(each, entropy(16));
  });
  prototype.seed = function seeded(...words) {
    renewed.remove(this);
    return seed.apply(this, words) as never;
  };
  prototype.seedWithArray = function seeded(...words) {
    renewed.remove(this);
    return seedWithArray.apply(this, words) as never;
  };
  let hasPool = false;
  const { next } = nodeCrypto;
  nodeCrypto.next = function drawn() {
    hasPool = true;
    return next.call(nodeCrypto);
  };
  api.register({
    name: 'random-js',
    afterRestore({ restored }) {
      if (restored && hasPool) for (let i = 0; i < NODE_CRYPTO_POOL; i++) next.call(nodeCrypto);
    },
  });
  engine.autoSeed = function auto(...words: []) {
    const made = autoSeed.apply(this, words);
    renewed.add(made);
    return made;
  };
}

type Generator = (() => number) & { [name: string]: unknown };
interface SeedRandomOptions {
  entropy?: boolean;
  global?: boolean;
  pass?: unknown;
}
type SeedRandom = (seed?: unknown, options?: SeedRandomOptions | boolean, callback?: unknown) => Generator;

function adaptSeedRandom(exports: SeedRandom, api: AdapterApi): unknown {
  const functions = new RenewedFunctions(api, 'seedrandom');
  return Object.assign(function seedrandom(
    this: unknown,
    seed?: unknown,
    options?: SeedRandomOptions | boolean,
    callback?: unknown,
  ) {
    const { entropy: mixed = options === true, global, pass } = options === true ? {} : options || {};
    // A generator that is given to a callback, or put in the place of Math.random, cannot be wrapped.
    if ((seed != null && !mixed && !isClock(seed)) || callback || pass || global || this === Math)
      return Reflect.apply(exports, this, [seed, options, callback]);
    let isFirst = true;
    return functions.inFrontOf(() => {
      // The generator's pool of entropy is the same in all copies.
      const mixedSeed = isFirst || seed == null ? seed : [seed, entropy(8)];
      isFirst = false;
      return Reflect.apply(exports, this, [mixedSeed, options]) as never;
    });
  }, exports);
}

/** Adapts those of seedrandom's other algorithms that take the time where they are given no seed. */
function adaptTimeSeeded(exports: SeedRandom, api: AdapterApi): unknown {
  const functions = new RenewedFunctions(api, 'seedrandom');
  return Object.assign(function generator(this: unknown, seed?: unknown, options?: SeedRandomOptions) {
    if ((seed != null && !isClock(seed)) || options) return Reflect.apply(exports, this, [seed, options]);
    let isFirst = true;
    return functions.inFrontOf(() => {
      const own = isFirst ? seed : entropy(1)[0];
      isFirst = false;
      return Reflect.apply(exports, this, [own, options]) as never;
    });
  }, exports);
}

interface RandomSeed extends Constructor<RandomSeedGenerator> {
  create(seed?: unknown): RandomSeedGenerator;
}
type RandomSeedGenerator = ((range: number) => number) & {
  seed(seed?: unknown): void;
  addEntropy(...words: unknown[]): void;
};

function adaptRandomSeed(exports: RandomSeed, api: AdapterApi): unknown {
  const renewed = new Renewed<RandomSeedGenerator>(api, 'random-seed', (each) =>
    each.addEntropy(...entropy(8)),
  );
  const make = (seed: unknown) => {
    const made = new exports(seed);
    const { seed: original } = made;
    made.seed = (next) => {
      original(next);
      if (next == null || isClock(next)) renewed.add(made);
      else renewed.remove(made);
    };
    if (seed === undefined || isClock(seed)) renewed.add(made);
    return made;
  };
  const replaced = new Proxy(exports, {
    construct: (_target, [seed]) => make(seed) as never,
    apply: (_target, _self, [seed]) => make(seed) as never,
  });
  exports.create = make;
  return replaced;
}

type Alea = ((...seeds: unknown[]) => AleaGenerator) & { importState(state: number[]): AleaGenerator };
interface AleaGenerator {
  exportState(): number[];
  importState(state: number[]): void;
}

function adaptAlea(exports: Alea, api: AdapterApi): unknown {
  const setters = new WeakMap<AleaGenerator, (state: number[]) => void>();
  const renewed = new Renewed<AleaGenerator>(api, 'alea', (each) => {
    setters.get(each)?.(exports(...entropy(4)).exportState());
  });
  const make = (seeds: unknown[]) => {
    const made = exports(...seeds);
    if (!seeds.every(isClock)) return made;
    const { importState } = made;
    setters.set(made, importState);
    made.importState = (state) => {
      renewed.remove(made);
      importState(state);
    };
    renewed.add(made);
    return made;
  };
  return new Proxy(exports, {
    construct: (_target, seeds) => make(seeds) as never,
    apply: (_target, _self, seeds) => make(seeds) as never,
  });
}

export const adapters: Adapter[] = [
  { package: 'alea', versions: [['1.0', '2']], without: WITHOUT, files: { 'alea.js': adaptAlea } },
  { package: 'chance', versions: [['1.1', '2']], without: WITHOUT, files: { 'chance.js': adaptChance } },
  {
    package: 'mersenne-twister',
    versions: [['1.1', '2']],
    without: WITHOUT,
    files: { 'src/mersenne-twister.js': adaptTwister },
  },
  {
    package: 'random-js',
    versions: [['2.1', '3']],
    without: WITHOUT,
    files: { 'dist/random-js.umd.js': adaptRandomJs },
  },
  {
    package: 'random-seed',
    versions: [['0.3', '1']],
    without: WITHOUT,
    files: { 'index.js': adaptRandomSeed },
  },
  {
    package: 'seedrandom',
    versions: [['3.0', '4']],
    without: WITHOUT,
    files: {
      'seedrandom.js': adaptSeedRandom,
      'lib/xor4096.js': adaptTimeSeeded,
      'lib/xorshift7.js': adaptTimeSeeded,
    },
  },
];
