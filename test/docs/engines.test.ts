import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ENGINES } from '../../src/command/engines/registry.ts';
import { START } from '../../src/program/engines/registry.ts';
import { ENGINE_NAMES } from '../../src/shared/protocol/engines.ts';

/**
 * Which engine a program has is asked of the two tables of engines, never compared: a new engine is new files and a line
 * in each table, and no room has to learn of it.
 */

const SRC = resolve(import.meta.dirname, '../../src');

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

/** Where a name may stand: the list, and the object that bears it; the catalogue quotes what CRIU and people write. */
const MAY_NAME =
  /^(shared\/protocol\/engines\.ts|(command|program)\/engines\/[a-z]+\/engine\.ts|command\/diagnosis\/.*)$/;

/** The program of that name, its folder and its package: no engine is meant. */
const BINARY = /join\(.*'criu'\)|candidate\('criu'\)|PACKAGES = |\['criu', |value\('criu'\)/;

const COMMENT = /^\s*(\/\*\*|\*|\/\/)/;

const comparison = (text: string) =>
  /\bengine(?:\??\.name)?\s*[!=]==?\s*['"`]|['"`]\s*[!=]==?\s*(?:\w+\.)*engine(?:\.name)?\b/.exec(text)?.[0];

const quoted = new RegExp(`['"\`](?:${ENGINE_NAMES.join('|')})['"\`]`);

test('no room but an engine itself compares names of engines, or spells one', () => {
  const found = files.flatMap((name) =>
    readFileSync(join(SRC, name), 'utf8')
      .split('\n')
      .map((line, index) => ({ line, where: `${name}:${index + 1}` }))
      .filter(({ line }) => !COMMENT.test(line))
      .filter(
        ({ line }) =>
          (comparison(line) !== undefined && !/=== '?(undefined|help)/.test(line)) ||
          (quoted.test(line) && !MAY_NAME.test(name) && !BINARY.test(line)),
      )
      .map(({ line, where }) => `${where}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

/** Engines that make no images answer as one that does; another has some of its rules. */
const BORROWED = 'program/engines/criu/abilities.ts';

/** The engine that chooses among others is made of these, and nothing but the tables is made of it. */
const MADE_OF: Record<string, string[]> = { auto: ['criu', 'direct'] };

test('no room imports from the folder of an engine, but for the tables, and no engine from that of another', () => {
  const folder = (path: string) =>
    path.match(new RegExp(`^(?:command|program)/engines/(${ENGINE_NAMES.join('|')})/`))?.[1];
  const found = files.flatMap((name) =>
    [...readFileSync(join(SRC, name), 'utf8').matchAll(/(?:\bfrom|\bimport\() ?'(\.[^']+)'/g)]
      .map(([, to]) => relative(SRC, resolve(SRC, dirname(name), to as string)))
      .filter((to) => folder(to) !== undefined && folder(to) !== folder(name))
      .filter((to) => !MADE_OF[folder(name) ?? '']?.includes(folder(to) as string))
      .filter((to) => !/^(?:command|program)\/engines\/registry\.ts$/.test(name) && to !== BORROWED)
      .map((to) => `${name}: ${to}`),
  );
  expect(found).toEqual([]);
});

test.each([
  `if (engine === 'pause') return;`,
  `if (request.engine.name !== "criu")`,
  `return 'simulate' === record.engine;`,
  'const isOurs = engine == `criu`;',
])('the pattern finds: %s', (line) => {
  expect(comparison(line)).toBeDefined();
});

test('both tables have every engine, under its name', () => {
  expect(Object.keys(ENGINES)).toEqual(ENGINE_NAMES);
  expect(Object.keys(START)).toEqual(ENGINE_NAMES);
  for (const [name, engine] of Object.entries(ENGINES)) expect(engine.name).toBe(name);
});
