import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkpoint, run } from '../support/copies.ts';
import { CRAC, type Ended, get, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { ENGINE } from '../support/which-engine.ts';

const PORT = await freePorts(5);
const script = join(PROGRAMS, 'http-server.js');
const DAY = 86_400_000;

const said = ({ code, stdout, stderr }: Ended): string =>
  `${code}: ${stdout}${stderr}`.replaceAll(place.directory, 'HERE');

async function make(port: number, into: string, words: string[] = [], env: Record<string, string> = {}) {
  const program = run(place, { image: into, words: [...words, script], port, env });
  await get(port);
  await checkpoint(place, program, into);
}

/** A copy of the image as it would be, had it been made so many days ago. */
function older(name: string, days: number): string {
  const path = place.path('all', name);
  cpSync(image, path, { recursive: true, preserveTimestamps: true });
  const manifest = JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8'));
  manifest.createdAt = new Date(Date.now() - days * DAY).toISOString();
  writeFileSync(join(path, 'manifest.json'), JSON.stringify(manifest));
  return path;
}

const names = (): string[] => readdirSync(place.path('all')).sort();
const prune = async (...options: string[]): Promise<string> =>
  said(await place.crac('image', 'prune', place.path('all'), ...options));

test('prune keeps the newest, removes the old, and leaves what is in use, linked, damaged or no image', async () => {
  await make(PORT, image);
  for (const [name, days] of [
    ['a', 50],
    ['b', 40],
    ['c', 30],
    ['d', 20],
    ['e', 1],
    ['used', 60],
  ] as const)
    older(name, days);
  mkdirSync(place.path('all', 'data'));
  writeFileSync(place.path('all', 'notes.txt'), '');
  symlinkSync('c', place.path('all', 'current'));
  const copy = place.start(CRAC, ['restore', place.path('all', 'used')], {});
  await get(PORT);
  const before = names();

  expect(await prune()).toBe('2: crac: say what stays: --keep N, --older-than AGE (as 30d), or both\n');
  expect(await prune('--older-than', 'soon')).toBe(
    '2: crac: --older-than soon: expected a number and s, m, h, d or w, as 30d\n',
  );
  expect(await prune('--keep', 'all')).toBe('2: crac: --keep all: expected a whole number\n');
  expect(await prune('--level', '3')).toBe('2: crac: --level goes with compress, not with prune\n');
  const dry = await prune('--keep', '2', '--older-than', '25d', '--dry-run');
  expect(dry).toMatch(/^HERE\/all\/e .* of the newest 2$/m);
  expect(dry).toMatch(/^HERE\/all\/d .* of the newest 2$/m);
  expect(dry).toMatch(/^HERE\/all\/c .* current -> c leads to it$/m);
  expect(dry).toMatch(/^HERE\/all\/b .* would be removed$/m);
  expect(dry).toMatch(/^HERE\/all\/used .* in use by \d+ \(crac ps\)$/m);
  expect(dry).toMatch(/^2 of 6 images would be removed, [\d.]+ MiB$/m);
  expect(names()).toEqual(before);

  const { stdout } = await place.crac(
    'image',
    'prune',
    place.path('all'),
    '--keep',
    '2',
    '--older-than',
    '45d',
    '--json',
  );
  expect(JSON.parse(stdout)).toMatchObject({
    dryRun: false,
    freed: expect.any(Number),
    images: [
      { image: place.path('all', 'e'), removed: false, why: 'of the newest 2' },
      { removed: false, why: 'of the newest 2' },
      { removed: false, why: 'not old enough' },
      { removed: false, why: 'not old enough' },
      { image: place.path('all', 'a'), removed: true, size: expect.any(Number) },
      { removed: false, why: expect.stringMatching(/^in use by/) },
    ],
  });
  expect(names()).toEqual(before.filter((name) => name !== 'a'));
  copy.child.kill('SIGTERM');
  await copy.ended;

  // What others may write is not believed, and so not removed either.
  chmodSync(place.path('all', 'b'), 0o777);
  expect(await prune('--keep', '0')).toMatch(
    /all\/b .* of another user, or others may write it \(--trust-image-of\)/,
  );
  expect(names()).toEqual(['b', 'c', 'current', 'data', 'notes.txt']);
  expect(existsSync(place.path('all', 'used'))).toBe(false);
  expect(await prune('--keep', '0', '--trust-image-of', 'anyone')).toContain('1 of 2 images removed');
  expect(said(await place.crac('image', 'prune', image, '--keep', '1'))).toBe(
    '2: crac: HERE/image is an image itself; name the directory that holds images\n',
  );
  expect(said(await place.crac('image', 'prune', place.path('none'), '--keep', '1'))).toBe(
    '2: crac: there is no directory HERE/none; name the one that holds images\n',
  );
});

test('diff names what two images differ in, and nothing of one and the same', async () => {
  const other = place.path('other');
  await make(PORT, image, ['--label', 'v=1'], { ONLY_A: 'secret-a' });
  await make(PORT + 1, other, ['--label', 'v=2', '--image-form', 'plain'], { ONLY_B: 'secret-b' });
  expect(said(await place.crac('image', 'diff', image, image))).toBe('0: no difference\n');
  const text = said(await place.crac('image', 'diff', image, other));
  expect(text).toMatch(/^(?:0: )?labels\n {2}~ +v +1 → 2$/m); // what engines differ in may come before
  expect(text).toMatch(/^ {2}- +ONLY_A\n {2}\+ +ONLY_B$/m);
  expect(text).toMatch(
    new RegExp(`^ {2}- +127\\.0\\.0\\.1 ${PORT}\\n {2}\\+ +127\\.0\\.0\\.1 ${PORT + 1}$`, 'm'),
  );
  if (ENGINE === 'criu') {
    // Images of the other engine have one form.
    expect(text).toMatch(/^ {2}~ +form +cow → plain$/m);
    expect(text).toMatch(/^ {2}- +crac-memory\.img +[\d.]+ MiB$/m);
  }
  expect(text).not.toContain('secret');
  const { same, differences } = JSON.parse(
    (await place.crac('image', 'diff', image, other, '--json')).stdout,
  );
  expect(same).toBe(false);
  expect(differences).toContainEqual({ of: 'environment', name: 'ONLY_A', a: 'there' });
  // V8's heap is in both, mapped in one and read in the other: about as large.
  const heap = differences.find(
    ({ of, name }: { of: string; name: string }) => of === 'memory' && name === 'V8 heap',
  );
  expect(heap === undefined || Math.abs(heap.a - heap.b) < heap.a / 2).toBe(true);

  await place.crac('image', 'compress', other);
  expect(said(await place.crac('image', 'diff', image, other))).toMatch(/^ {2}~ +v +1 → 2$/m);
  expect(said(await place.crac('image', 'diff', image))).toBe(
    '2: crac: name two images: crac image diff A B\n',
  );
});
