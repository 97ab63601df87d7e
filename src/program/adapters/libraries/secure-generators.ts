import type { Adapter, AdapterApi, FileHook } from '../adapter.ts';
import { entropy } from './shared/renewed.ts';

// Generators for cryptography that are seeded when they are loaded and then go on by themselves: each copy seeds them
// with what it draws. None of them lets a program choose the seed.

const WITHOUT = 'copies of one image may draw the same keys and nonces. Start what uses it in afterRestore';

/** The key of the functions that changed source leaves there, each of which renews the variables of its own file. */
const RENEW = Symbol.for('node-crac.secure-generators');
const renewing = (body: string) =>
  `;(globalThis[Symbol.for('node-crac.secure-generators')] ??= new Set()).add(() => { ${body} });`;

let started = false;

function start(api: AdapterApi): void {
  if (started) return;
  started = true;
  api.register({
    name: 'secure generators',
    afterRestore({ restored }) {
      const functions = (globalThis as { [RENEW]?: Set<() => void> })[RENEW];
      if (restored) for (const renew of functions ?? []) renew();
    },
  });
}

/**
 * Makes the source that renews a pool: without a state, the next byte makes one of the pool, which after the first
 * holds nothing but zeros.
 */
const renewPool = (state: string, pool: string, position: string) =>
  renewing(
    `${state} = undefined; ${position} = 256; ${pool} = Array.from(globalThis.crypto.getRandomValues(new Uint8Array(256)));`,
  );

const jsrsasign: FileHook = { append: `\n${renewPool('rng_state', 'rng_pool', 'rng_pptr')}\n` };

/** The hook for jsbn, whose variables are inside a function. */
const jsbn: FileHook = {
  rewrite: (source) =>
    source.includes('node-crac.secure-generators')
      ? source
      : source.replace(
          /\bvar rng_state;/,
          (found) => `${found} ${renewPool('rng_state', 'rng_pool', 'rng_pptr')}`,
        ),
};

/**
 * jsbn in JSEncrypt's bundle: `function next(){if(null==state){for(state=new
 * Arcfour;position<256;){…;pool[position++]=…}`.
 */
const JSENCRYPT =
  /function [\w$]+\(\)\{if\(null==([\w$]+)\)\{for\(\1=new [\w$]+;([\w$]+)<256;\)\{[^{}]*?([\w$]+)\[\2\+\+\]=/;

const jsencrypt: FileHook = {
  rewrite: (source) =>
    source.includes('node-crac.secure-generators')
      ? source
      : source.replace(
          JSENCRYPT,
          (found, state: string, position: string, pool: string) =>
            `${renewPool(state, pool, position)}${found}`,
        ),
};

interface Fortuna {
  addEntropy(words: number[], bits: number, source: string): void;
}

interface Sjcl {
  prng: new (paranoia: number) => Fortuna;
  random: Fortuna & Record<string, unknown>;
}

/** The paranoia that sjcl gives a new generator of its own. */
const PARANOIA = 6;

/** Replaces sjcl's whole state by another generator's: entropy that is added counts only half a minute later. */
function adaptSjcl({ prng, random }: Sjcl, api: AdapterApi): void {
  api.register({
    name: 'sjcl',
    afterRestore({ restored }) {
      if (!restored) return;
      const fresh = new prng(PARANOIA);
      fresh.addEntropy(entropy(32), 1024, 'node-crac');
      for (const [name, value] of Object.entries(fresh)) {
        const isListeners = value !== null && typeof value === 'object' && 'seeded' in value;
        if (typeof value !== 'function' && !isListeners) random[name] = value;
      }
    },
  });
}

export const adapters: Adapter[] = [
  { package: 'jsbn', versions: [['0.1', '2']], without: WITHOUT, files: { 'index.js': jsbn }, start },
  {
    package: 'jsencrypt',
    versions: [['3.5', '4']],
    without: WITHOUT,
    files: { 'bin/jsencrypt.min.js': jsencrypt },
    start,
  },
  {
    package: 'jsrsasign',
    versions: [['11.1', '12']],
    without: WITHOUT,
    files: { 'lib/jsrsasign.js': jsrsasign },
    start,
  },
  { package: 'sjcl', versions: [['1.0', '2']], without: WITHOUT, files: { 'sjcl.js': adaptSjcl } },
];
