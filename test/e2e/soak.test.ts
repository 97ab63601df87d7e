import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/crac.ts';
import { place } from '../support/own-place.ts';

/** A short run of `npm run soak`. */
const soak = (...options: string[]) =>
  place.start(process.execPath, [join(ROOT, 'scripts/soak/main.mjs'), '--json', ...options], {
    env: { TMPDIR: place.directory },
  });

const said = (text: string) => JSON.parse(text) as Record<string, unknown>;

test('fifty restores of five generations are what a program is that was never checkpointed', async () => {
  const { code, stdout, stderr } = await soak('--restores', '50', '--every', '10').ended;
  expect(said(stdout), stderr).toMatchObject({ restores: 50, generations: 5, failures: [] });
  expect(code).toBe(0);
  expect(readdirSync(place.directory)).toEqual([]);
});

test('Ctrl-C ends it with its figures, and leaves nothing; another run goes on with them', async () => {
  const summary = place.path('summary.json');
  const running = soak('--summary', summary);
  await running.line(/^[1-9]\d* restores/m);
  running.child.kill('SIGINT');
  const { code, stdout } = await running.ended;
  const { restores, failures } = said(stdout) as { restores: number; failures: [] };
  expect({ code, failures }).toEqual({ code: 0, failures: [] });
  expect(JSON.parse(readFileSync(summary, 'utf8'))).toEqual(said(stdout));
  const further = await soak('--summary', summary, '--restores', String(restores + 3)).ended;
  expect(said(further.stdout), further.stderr).toMatchObject({ restores: restores + 3, failures: [] });
  expect(readdirSync(place.directory)).toEqual(['summary.json']);
});

test('a copy that is another is found, and kept', async () => {
  const other = place.path('other.cjs');
  writeFileSync(other, 'Array.prototype.sort = function () { return this; };');
  const { code, stdout } = await soak('--restores', '50', `--node-options=--require=${other}`).ended;
  expect({ code, ...said(stdout) }).toMatchObject({
    code: 1,
    failures: [expect.stringMatching(/^its data: .*, and not .*\nEverything is kept in .*crac-soak-/)],
  });
});

test('a number that is none', async () => {
  const ended = await soak('--restores', 'many').ended;
  expect(ended).toMatchObject({ code: 2, stderr: 'soak: --restores many: expected a number above 0\n' });
});
