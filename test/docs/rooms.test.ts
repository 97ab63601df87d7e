import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

/**
 * `src/program` runs inside other people's programs, `src/command` outside of them, `src/shared` is imported by both:
 * an import that crosses would carry the one's weight into the other.
 */

const SRC = resolve(import.meta.dirname, '../../src');
const ROOMS = ['command', 'program', 'shared'];

const roomOf = (path: string): string => relative(SRC, path).split('/')[0] as string;

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*'(\.[^']+)'/g)].map(([, path]) =>
    resolve(dirname(file), path as string),
  );
}

test('no import crosses from one room into another, but into shared', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const imports = files.flatMap((name) => importsOf(join(SRC, name)).map((to) => ({ name, to })));
  const crossing = imports.filter(({ name, to }) => !['shared', name.split('/')[0]].includes(roomOf(to)));
  expect(crossing).toEqual([]);
  expect(imports.length).toBeGreaterThan(files.length); // the pattern finds the imports
});

test('src has these rooms and no others', () => {
  expect(readdirSync(SRC).sort()).toEqual(ROOMS);
});
