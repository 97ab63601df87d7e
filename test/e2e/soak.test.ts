import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/crac.ts';
import { place } from '../support/own-place.ts';

/** A short run of `npm run soak`. */
const soak = (...options: string[]) =>
  place.start(process.execPath, [join(ROOT, 'scripts/soak.mjs'), ...options], {
    env: { TMPDIR: place.directory },
  });

const said = (text: string) => JSON.parse(text) as Record<string, unknown>;

test('fifty restores of five generations give the data of a program that was never checkpointed', async () => {
  const { code, stdout, stderr } = await soak('--restores', '50', '--every', '10').ended;
  expect(said(stdout), stderr).toMatchObject({ restores: 50, generations: 5, failures: [] });
  expect(code).toBe(0);
});

test('Ctrl-C ends it with its figures, and leaves nothing', async () => {
  const running = soak();
  await running.line(/^1 restores/m);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  expect(said(stdout)).toMatchObject({ restores: expect.any(Number), failures: [] });
  expect(code).toBe(0);
  expect(readdirSync(place.directory)).toEqual([]);
});

test('a number that is none', async () => {
  const ended = await soak('--restores', 'many').ended;
  expect(ended).toMatchObject({ code: 2, stderr: 'soak: --restores many: expected a number above 0\n' });
});
