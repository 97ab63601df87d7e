import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** docs/architecture.md is the map: a room that is not on it, or is no more, would mislead whoever is new here. */

const ROOT = join(import.meta.dirname, '../..');

const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');

/** The first column of the tables. */
const onTheMap = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, path]) => path as string);

const foldersOf = (path: string): string[] =>
  readdirSync(join(ROOT, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${path}/${name}`);

test('the map has every room of src and of native, and no other', () => {
  const rooms = foldersOf('src').flatMap((room) => [room, ...foldersOf(room)]);
  const native = new Set([...foldersOf('native'), 'native/build']); // made by the build
  expect(onTheMap.sort()).toEqual([...rooms, ...native].sort());
});

test('decisions are numbered without a gap, and each is in the index under its title', () => {
  const folder = join(ROOT, 'docs/decisions');
  const pages = readdirSync(folder)
    .filter((name) => name !== 'README.md')
    .sort();
  expect(pages.map((name) => name.slice(0, 5))).toEqual(
    pages.map((_, index) => `${String(index + 1).padStart(4, '0')}-`),
  );
  const titles = pages.map((name) => {
    const [first = ''] = readFileSync(join(folder, name), 'utf8').split('\n');
    return `| [${name.slice(0, 4)}](${name}) | ${first.replace(/^# /, '')} |`;
  });
  const index = readFileSync(join(folder, 'README.md'), 'utf8').split('\n');
  expect(index.filter((line) => line.startsWith('| ['))).toEqual(titles);
});
