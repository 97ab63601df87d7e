import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, ROOT } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { doExample, shownExample, whyNoExample } from '../support/readme-example.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

test.skipIf(whyNoExample)(`the first example does what it shows${whyNoExample}`, async () => {
  expect(await doExample(place, place.directory, join(CRAC, '..'))).toEqual(shownExample());
});

test('every command of `crac --help` stands in the README', () => {
  const help = execFileSync(CRAC, ['--help'], { encoding: 'utf8' });
  const commands = [...help.matchAll(/^ {2}(\w+) {2,}/gm)].map(([, name]) => name);
  expect(commands.length).toBeGreaterThan(8);
  expect(commands.filter((name) => !readme.includes(`| \`crac ${name}`))).toEqual([]);
});
