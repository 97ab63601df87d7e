import type { Adapter, AdapterApi } from '../adapter.ts';
import { entropy, isClock, Renewed } from './shared/renewed.ts';

// Generators of random numbers that seed themselves, often one for the whole program when the package is loaded. A
// generator that the program has seeded must give the same numbers, and does.

const WITHOUT =
  'copies of one image may draw the same random numbers. Give its generators new seeds in onCopy()';

interface Isaac {
  seed(seed: unknown): void;
}

function adaptIsaac(exports: Isaac, api: AdapterApi): void {
  const renewed = new Renewed<Isaac>(api, 'isaac', () => seed(entropy(256)));
  const { seed } = exports;
  exports.seed = function seeded(words) {
    if (words) renewed.remove(exports);
    seed(words);
  };
  renewed.add(exports);
}

type XorShift = Record<'_state0U' | '_state0L' | '_state1U' | '_state1L', number>;

/** Adapts the generator that the package exports: all others are made with a seed. */
function adaptXorShift(exports: XorShift, api: AdapterApi): void {
  const renewed = new Renewed<XorShift>(api, 'xorshift', (each) => {
    const [a = 0, b = 0, c = 0, d = 0] = entropy(4).map((word) => word | 0);
    Object.assign(each, { _state0U: a, _state0L: b, _state1U: c, _state1L: d });
  });
  renewed.add(exports);
}

interface Prando {
  _seed: number;
  reset(): void;
}
type PrandoClass = (new (seed?: unknown) => Prando) & { default?: unknown };

function adaptPrando(exports: PrandoClass, api: AdapterApi): unknown {
  const renewed = new Renewed<Prando>(api, 'prando', (each) => {
    each._seed = (entropy(1)[0] as number) | 0 || 1;
    each.reset();
  });
  const replaced: PrandoClass = new Proxy(exports, {
    construct(target, words, made) {
      const generator = Reflect.construct(target, words, made) as Prando;
      if (!['string', 'number'].includes(typeof words[0]) || isClock(words[0])) renewed.add(generator);
      return generator;
    },
  });
  if (exports.default === exports) exports.default = replaced;
  return replaced;
}

interface Seeded {
  readonly seed: ArrayLike<number> | null;
  state: unknown;
}
type Factory = (...words: unknown[]) => Seeded & object;

const isSeeding = (word: unknown): boolean =>
  typeof word === 'object' && word !== null && ['seed', 'state'].some((name) => Object.hasOwn(word, name));

/**
 * Adapts one of @stdlib's generators: a `factory` makes them, and they have their whole state in one property. All
 * others of @stdlib draw from one of these.
 */
function adaptStdlib(name: string): Adapter {
  let factory: Factory;
  let renewed: Renewed<Seeded> | undefined;
  const firstSeeds = new WeakMap<Seeded, string>();
  const seedOf = ({ seed }: Seeded) => Array.from(seed ?? []).join();
  const renewedFor = (api: AdapterApi) => {
    renewed ??= new Renewed<Seeded>(api, name, (each) => {
      // A generator with another seed than it was made with has a state that the program has given it.
      if (seedOf(each) !== firstSeeds.get(each)) return;
      each.state = factory({ seed: ((entropy(1)[0] as number) >>> 2) + 1 }).state;
      firstSeeds.set(each, seedOf(each));
    });
    return renewed;
  };
  const add = (made: Seeded, api: AdapterApi) => {
    firstSeeds.set(made, seedOf(made));
    renewedFor(api).add(made);
  };
  return {
    package: name,
    versions: [['0.2', '0.3']],
    without: WITHOUT,
    files: {
      'lib/factory.js': (exports: Factory, api: AdapterApi) => {
        factory = exports;
        return Object.assign((...words: unknown[]) => {
          const made = exports(...words);
          if (!words.some(isSeeding)) add(made, api);
          return made;
        }, exports);
      },
      'lib/main.js': (exports: Seeded, api: AdapterApi) => add(exports, api),
    } as Adapter['files'],
  };
}

/** The hook for xid: a number for the machine and one to count on from, both drawn by a module that is loaded once. */
const xid = {
  append: `
;(globalThis[Symbol.for('node-crac.xid-js')] ??= new Set()).add(() => {
  seq = randInt();
  buff.writeUIntBE(randInt(), 4, 3);
});
`,
  install(_exports: never, api: AdapterApi): void {
    api.register({
      name: 'xid-js',
      afterRestore({ restored }) {
        const functions = (globalThis as Record<symbol, unknown>)[Symbol.for('node-crac.xid-js')];
        if (restored) for (const renew of (functions as Set<() => void> | undefined) ?? []) renew();
      },
    });
  },
};

export const adapters: Adapter[] = [
  { package: 'isaac', versions: [['0.0', '1']], without: WITHOUT, files: { 'isaac.js': adaptIsaac } },
  {
    package: 'prando',
    versions: [['6.0', '7']],
    without: WITHOUT,
    files: { 'dist/Prando.umd.js': adaptPrando },
  },
  { package: 'xid-js', versions: [['1.0', '2']], without: WITHOUT, files: { 'lib/xid.js': xid } },
  {
    package: 'xorshift',
    versions: [['1.2', '2']],
    without: WITHOUT,
    files: { 'xorshift.js': adaptXorShift },
  },
  ...['@stdlib/random-base-minstd', '@stdlib/random-base-minstd-shuffle', '@stdlib/random-base-mt19937'].map(
    adaptStdlib,
  ),
];
