import type { Adapter, AdapterApi } from '../adapter.ts';
import { entropy, Renewed } from './shared/renewed.ts';

// Each instance of faker has a Mersenne twister inside a closure, which draws its own seed unless the program gives one.
// The bundler has named everything, but these two shapes are in all versions: where a seed is drawn, and what is made of it.

const OURS = 'node-crac.faker';
const NAME = `globalThis[Symbol.for('${OURS}')]`;
const DRAWN_SEED = /Math\.ceil\(Math\.random\(\)\*(?:Number\.MAX_SAFE_INTEGER|\(2\*\*53-1\))\)/g;
const MADE = /\{next\(\)\{return \w+\.\w+\(\)\},seed\((\w+)\)\{[^{}]*\}\}/g;

interface Randomizer {
  next(): number;
  seed(seed: number | number[]): void;
}

class Randomizers {
  readonly #seeders = new WeakMap<Randomizer, Randomizer['seed']>();
  readonly #renewed: Renewed<Randomizer>;
  /** The seed that was drawn last, until it is used. */
  #drawn: number | undefined;

  constructor(api: AdapterApi) {
    this.#renewed = new Renewed<Randomizer>(api, '@faker-js/faker', (each) => {
      this.#seeders.get(each)?.(entropy(1)[0] as number);
    });
  }

  draw(): number {
    this.#drawn = Math.ceil(Math.random() * Number.MAX_SAFE_INTEGER);
    return this.#drawn;
  }

  made(randomizer: Randomizer): Randomizer {
    const { seed } = randomizer;
    this.#seeders.set(randomizer, seed);
    if (this.#drawn !== undefined) this.#renewed.add(randomizer);
    this.#drawn = undefined;
    randomizer.seed = (given) => {
      if (given === this.#drawn) this.#renewed.add(randomizer);
      else this.#renewed.remove(randomizer);
      this.#drawn = undefined;
      seed(given);
    };
    return randomizer;
  }
}

/**
 * Rewrites a source that draws a seed. A rewritten source has neither shape any more, when the second of two loaders
 * sees it.
 */
function rewrite(source: string, api: AdapterApi): string {
  if (source.includes(OURS)) return source;
  const rewritten = source
    .replace(DRAWN_SEED, `${NAME}.draw()`)
    .replace(MADE, (shape) => `(${NAME}.made(${shape}))`);
  if (rewritten === source) return source;
  const global = globalThis as { [key: symbol]: unknown };
  global[Symbol.for(OURS)] ??= new Randomizers(api);
  return rewritten;
}

const chunk = { rewrite };

/**
 * Warns of pure-rand's generators: their seed always comes from the program, and nothing tells a drawn one from a
 * chosen one.
 */
function notePureRand(source: string, { warn }: AdapterApi): string {
  warn(
    'generators of pure-rand go on from their seed, so all copies of one image draw the same of them. Where the seed was not chosen, make them anew in onCopy().',
  );
  return source;
}

export const adapters: Adapter[] = [
  {
    package: '@faker-js/faker',
    versions: [['8.4', '11']],
    without: 'copies of one image may make the same data. Call faker.seed() in onCopy()',
    files: {
      'dist/*': chunk,
      'dist/esm/*': chunk,
      'dist/cjs/*': chunk,
      'dist/cjs/internal/mersenne.js': chunk,
    },
  },
  {
    package: 'pure-rand',
    versions: [['6.1', '9']],
    files: {
      'lib/generator/*': { rewrite: notePureRand },
      'lib/esm/generator/*': { rewrite: notePureRand },
    },
  },
];
