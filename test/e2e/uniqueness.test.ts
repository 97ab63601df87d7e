import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { apps } from '../support/copies.ts';
import { CRAC, ROOT } from '../support/crac.ts';
import { type Drawn, distinct, table } from '../support/distinct.ts';
import { image, place } from '../support/own-place.ts';

const COPIES = 20;
/** At once, as the machine has few processors. */
const AT_ONCE = 4;

/** Seeded by the program, or not known to be otherwise: the checkpoint notes them. */
const ALIKE_BY_NATURE = /^kept: |pure-rand/;

/** Made of the time and of a number that the program gives each machine: two copies can make one in the same millisecond. */
const TIME_AND_MACHINE = [
  'package: @sapphire/snowflake',
  'package: flake-idgen',
  'package: id128, Uuid1', // it makes up a node once
];

const PAGE = join(ROOT, 'docs/uniqueness.md');
const MEASURED = /(?<=<!-- measured -->\n)[\s\S]*(?=<!-- \/measured -->)/;

async function drawnByCopies(node?: string): Promise<Drawn[]> {
  const { uniqueness } = await apps('uniqueness');
  const running = place.start(
    CRAC,
    ['run', ...(node ? ['--node', node] : []), '--image', image, uniqueness],
    { env: { NODE_CRAC: join(ROOT, 'dist/index.cjs') } },
  );
  const outcome = await running.ended;
  expect(outcome).toMatchObject({ code: 0, signal: null });
  expect(outcome.stderr).toContain('crac: note: generators of pure-rand go on from their seed');
  const copies: Drawn[] = [];
  while (copies.length < COPIES) {
    const some = Array.from({ length: AT_ONCE }, () => place.start(CRAC, ['restore', image]).ended);
    for (const { code, stdout, stderr } of await Promise.all(some)) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      copies.push(JSON.parse(stdout));
    }
  }
  for (const copy of copies) for (const name of TIME_AND_MACHINE) delete copy[name];
  return copies;
}

const notDistinct = (counts: Map<string, number>): string[] =>
  [...counts].filter(([name, count]) => !ALIKE_BY_NATURE.test(name) && count < COPIES).map(([name]) => name);

const changed = (counts: Map<string, number>): string[] =>
  [...counts].filter(([name, count]) => name.startsWith('kept: ') && count > 1).map(([name]) => name);

test('twenty copies: every source of randomness, ids and names is their own, and secrets are the same', async () => {
  const counts = distinct(await drawnByCopies());
  expect(counts.size).toBeGreaterThan(200);
  expect(notDistinct(counts)).toEqual([]);
  expect(changed(counts)).toEqual([]);
  const page = readFileSync(PAGE, 'utf8');
  if (process.env.UPDATE_DOCS) writeFileSync(PAGE, page.replace(MEASURED, table(counts)));
  else expect(page.match(MEASURED)?.[0]).toBe(table(counts));
});

test('Node 24: the same', async () => {
  const { node24 } = await apps('node24');
  const counts = distinct(await drawnByCopies(node24));
  expect(notDistinct(counts)).toEqual([]);
  expect(changed(counts)).toEqual([]);
});
