import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkImage } from '../../../src/command/engines/criu/image/check/check.ts';
import { CRAC, Place } from '../../support/crac.ts';

/** A program with one of each: what a rule looks at is in its image; also a process that has ended, and nobody has asked how. */
const PROGRAM = `
const { spawn } = require('child_process');
const { setTimeout: sleep } = require('timers/promises');
const fs = require('fs'), net = require('net'), path = require('path');
fs.mkdirSync('watched');
fs.watch('watched');
const child = spawn('sh', ['-c', 'true & exec sleep 1000'], { stdio: 'ignore' });
const children = () => fs.readFileSync('/proc/' + child.pid + '/task/' + child.pid + '/children', 'utf8').trim();
const hasEnded = (pid) => pid !== '' && / Z /.test(fs.readFileSync('/proc/' + pid + '/stat', 'utf8'));
net.createServer().listen(path.resolve('own.sock'), async () => {
  globalThis.held = fs.openSync('data.txt', 'a+');
  while (!hasEnded(children())) await sleep(10);
  console.log('ready');
});
`;

let place: Place;
let image: string;

beforeAll(async () => {
  place = new Place();
  image = place.path('image');
  writeFileSync(place.path('data.txt'), 'x');
  writeFileSync(place.path('app.cjs'), PROGRAM);
  const running = place.start(CRAC, ['run', '--image', image, place.path('app.cjs')]);
  await running.line(/ready/);
  expect(await place.crac('checkpoint', image, '--image-form', 'plain')).toMatchObject({
    code: 0,
    stderr: '',
  });
  await running.ended;
}, 120_000);
afterAll(() => place.close());

/** What the check says of a copy of the image after a change. */
function said(change: (copy: string) => void, isPassing: (path: string) => boolean = () => false): string[] {
  const copy = place.path('copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(image, copy, { recursive: true });
  change(copy);
  const given = new Set([1, 0, 2].map((fd) => `/memfd:crac-fd${fd}`));
  return checkImage(copy, { root: '', isPassing, given }).map(({ what }) =>
    what.replaceAll(place.directory, 'HERE').replace(/\d{3,}/g, 'N'),
  );
}

test('a good image', () => {
  expect(said(() => {})).toEqual([]);
});

test.each(['inventory.img', 'pstree.img', 'files.img'])('no %s', (name) => {
  expect(said((copy) => rmSync(join(copy, name))).join()).toContain(name);
});

test.each(['mm', 'fs', 'pagemap', 'core', 'ids'])('no %s-PID.img', (kind) => {
  const program = JSON.parse(readFileSync(join(image, 'manifest.json'), 'utf8')).files;
  const name = program
    .map((file: { name: string }) => file.name)
    .find((each: string) => each.startsWith(`${kind}-`));
  expect(said((copy) => rmSync(join(copy, name))).join()).toContain(name.replace(/\d{3,}/g, 'N'));
});

test('pages that are not there', () => {
  expect(said((copy) => truncateSync(join(copy, 'pages-1.img'), 8192))).toEqual([
    'pages-1.img has N bytes of N',
  ]);
  expect(said((copy) => rmSync(join(copy, 'pages-1.img')))).toEqual(['the engine wrote no pages-1.img']);
});

test('a list that ends in the middle', () => {
  for (const name of ['files.img', 'pstree.img'])
    expect(said((copy) => truncateSync(join(copy, name), readFileSync(join(copy, name)).length - 3))).toEqual(
      ["the engine's files are not whole: the image file is cut off"],
    );
});

test('what the program has open, watches or stands in is gone', () => {
  rmSync(place.path('data.txt'));
  rmSync(place.path('watched'), { recursive: true });
  try {
    expect(said(() => {})).toEqual([
      'HERE/data.txt is open and was removed during the checkpoint',
      'it watches HERE/watched, which is not there any more',
    ]);
  } finally {
    writeFileSync(place.path('data.txt'), 'x');
    mkdirSync(place.path('watched'));
  }
});

test('a file of the image in the making is open', () => {
  expect(
    said(
      () => {},
      (path) => path === place.path('data.txt'),
    ),
  ).toEqual(['HERE/data.txt is open: it belongs to the image that is being made']);
});
