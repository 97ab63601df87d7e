import type { Runtime } from '../coordination/runtime.ts';
import { DrawnMemory } from './drawn.ts';
import { Renewal } from './renewal.ts';
import { watchCrypto } from './watch-crypto.ts';
import { whenCryptoLoads } from './when-loaded.ts';

/** Remembers this thread's random bytes from here on (docs/decisions/0011-random-pools.md). */
export function rememberDraws(runtime: Runtime): Renewal {
  const memory = new DrawnMemory();
  runtime.keepRandom = (bytes) => memory.keep(bytes);
  whenCryptoLoads(() => watchCrypto(memory));
  return new Renewal(memory);
}
