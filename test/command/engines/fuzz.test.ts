import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Place, ROOT } from '../../support/crac.ts';

/** A short run of `npm run fuzz`: a fixed number of inputs, always the same ones. */
test('the native parsers, under AddressSanitizer and UndefinedBehaviorSanitizer', ({ skip }) => {
  const place = new Place();
  const words = [
    join(ROOT, 'scripts/fuzz.mjs'),
    '--runs',
    '5000',
    '--seed',
    '1',
    '--out',
    place.path('found'),
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status === 3) skip(stderr);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.match(/^[\w-]+: 5000 inputs, \d+ edges/gm)).toHaveLength(9);
}, 600_000);
