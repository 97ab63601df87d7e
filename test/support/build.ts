import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CRAC, type Ended, ROOT, type Running } from './crac.ts';
import { leftRunning } from './left-running.ts';
import { image, place } from './own-place.ts';

export const FIXTURES = join(ROOT, 'test/fixtures/build');
export const SHOP = join(FIXTURES, 'shop.mjs');

/**
 * Starts `crac build` of a server on this port into the test's image, as the head of a process group, as a shell does.
 */
export function startBuild(port: number, words: string[], env: NodeJS.ProcessEnv = {}): Running {
  return place.start(CRAC, ['build', '--image', image, ...words], {
    env: { PORT: String(port), ...env },
    detached: true,
  });
}

export const builder =
  (port: number) =>
  (words: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    startBuild(port, words, env).ended;

/** Blanks times, sizes and places, which are others each time. */
export const plain = (text: string): string =>
  text
    .replaceAll(place.directory, 'PLACE')
    .replaceAll(ROOT, 'ROOT')
    .replace(/\d+(\.\d+)? (ms|µs|s)\b/g, 'TIME')
    .replace(/[\d.]+ MiB/g, 'SIZE')
    .replace(/[\d.]+ times as fast/g, 'N times as fast');

/** Expects that nothing runs, and that beside the image nothing lies. */
export function expectClean(beside: string[] = []): void {
  expect(leftRunning(place)).toEqual([]);
  expect(readdirSync(place.directory).filter((name) => name.startsWith('image'))).toEqual(beside);
}

/** Asks a copy of the image, and ends it. */
export async function restored<T>(port: number, ask: () => Promise<T>): Promise<T> {
  const copy = place.start(CRAC, ['restore', image], { env: { PORT: String(port) } });
  try {
    return await ask();
  } finally {
    copy.child.kill('SIGTERM');
    await copy.ended;
  }
}
