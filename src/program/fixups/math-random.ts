import { closeSync, openSync, readSync } from 'node:fs';
import type { Generation } from './generation.ts';

const nativeRandom = Math.random;
const state = new Uint32Array(4);

function seedFromKernel(): void {
  const fd = openSync('/dev/urandom', 'r');
  try {
    readSync(fd, new Uint8Array(state.buffer), 0, 16, null);
  } finally {
    closeSync(fd);
  }
}

/** Draws the next number by xoshiro128**, two draws for the 53 bits of a double. */
function next(): number {
  const s1 = state[1] as number;
  const product = Math.imul(s1, 5);
  const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
  const s2 = (state[2] as number) ^ (state[0] as number);
  const s3 = (state[3] as number) ^ s1;
  state[1] = s1 ^ s2;
  state[0] = (state[0] as number) ^ s3;
  state[2] = s2 ^ (s1 << 9);
  state[3] = (s3 << 11) | (s3 >>> 21);
  return result;
}

/**
 * Replaces `Math.random`, since V8's own generator cannot be seeded again: from the start, before any program can keep
 * a reference to it; in another copy the state behind it is drawn anew from the kernel. Written out, not by
 * drawInOneCopy: it costs some nanoseconds.
 */
export function replaceMathRandom(generation: Generation): void {
  // V8 seeded its generator from the kernel's entropy at process start: enough for the first seed, and free.
  for (let i = 0; i < 4; i++) state[i] = nativeRandom() * 2 ** 32;
  const { cells } = generation;
  let known = generation.copy;
  const { random } = {
    random(): number {
      for (;;) {
        const copy = cells[0] as number;
        if (copy !== known) {
          seedFromKernel();
          known = copy;
        }
        const value = ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
        if (cells[0] === copy) return value;
      }
    },
  };
  Object.defineProperty(Math, 'random', {
    value: random,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}
