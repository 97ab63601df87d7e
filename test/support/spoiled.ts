import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { CRAC, type Ended, Place, PROGRAMS } from './crac.ts';

export let place: Place;
export let image: string;

/** One image for all tests; each spoils a copy of it. */
beforeAll(async () => {
  place = new Place();
  image = place.path('image');
  const run = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'timer-script.js'), '100000']);
  await run.line(/tick 1\n/);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await run.ended;
  writeFileSync(place.path('app.js'), '');
});
afterAll(() => place.close());

export const shown = ({ code, stdout, stderr }: Ended): string =>
  `${code}: ${stdout}${stderr}`.replaceAll(place.directory, 'HERE').replaceAll(process.execPath, 'NODE');

export const crac = async (...args: string[]): Promise<string> => shown(await place.crac(...args));

let copies = 0;
/** Makes a copy of the image with something wrong in it. */
export function spoiled(spoil: (copy: string) => void): string {
  const copy = place.path(`copy-${++copies}`);
  cpSync(image, copy, { recursive: true });
  spoil(copy);
  return copy;
}

export function edit(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}
