import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

/**
 * Which room of native/ may use which: each is called by certain processes (docs/native-processes.md), and a file that
 * includes a header of another room would call it from the wrong one. What stands further down the list uses only what
 * stands above it.
 */

const NATIVE = resolve(import.meta.dirname, '../../native');
const MAY_USE: Record<string, string[]> = {
  base: [],
  network: ['base'],
  supervisor: ['base', 'network'],
  restore: ['base', 'network', 'supervisor'],
  engines: ['base', 'network', 'supervisor', 'restore'],
  commands: ['base', 'network', 'supervisor', 'restore', 'engines'],
  preload: [],
  addon: ['preload'],
  trace: ['preload'],
  fuzz: ['base', 'supervisor', 'restore', 'engines'],
};
/** What every room may include: the layout of a page that they share. */
const ANYBODYS = 'generation.h';
/** Headers that describe something and have no source: an interface, a message, a set of numbers. */
const WITHOUT_SOURCE =
  /^(generation|base\/exit-codes|supervisor\/(inside|messages)|restore\/restore|engines\/engine|engines\/\w+\/state|addon\/addon|trace\/trace|preload\/\w+|fuzz\/fuzz)\.h$/;

const files = readdirSync(NATIVE, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.[ch]$/.test(name),
);
const includes = files.flatMap((name) =>
  [...readFileSync(join(NATIVE, name), 'utf8').matchAll(/^#include "([^"]+)"/gm)].map(([, to]) => ({
    name,
    to: to as string,
  })),
);
const roomOf = (path: string): string => path.split('/')[0] as string;

/** A folder of native/engines, `''` for the contract and the table. */
const engineOf = (path: string): string => path.match(/^engines\/(\w+)\//)?.[1] ?? '';

test('no file includes a header of a room that it may not use', () => {
  const wrong = includes.filter(
    ({ name, to }) =>
      to !== ANYBODYS && roomOf(to) !== roomOf(name) && !MAY_USE[roomOf(name)]?.includes(roomOf(to)),
  );
  expect(wrong).toEqual([]);
  expect(includes.length).toBeGreaterThan(files.length);
});

test('the rooms are these, and none is below another that uses it', () => {
  const rooms = readdirSync(NATIVE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'build')
    .map(({ name }) => name);
  expect(rooms.sort()).toEqual(Object.keys(MAY_USE).sort());
  const order = Object.keys(MAY_USE);
  for (const [room, used] of Object.entries(MAY_USE))
    for (const other of used)
      expect(order.indexOf(other), `${room} uses ${other}`).toBeLessThan(order.indexOf(room));
});

test('only the table of engines includes an engine, and an engine includes no other', () => {
  const wrong = includes.filter(
    ({ name, to }) =>
      engineOf(to) !== '' && engineOf(to) !== engineOf(name) && !/^(engines\/table\.c|fuzz\/.*)$/.test(name),
  );
  expect(wrong).toEqual([]);
});

test('every header is included by its path from native/, exists, and is that of one source beside it', () => {
  const headers = files.filter((name) => name.endsWith('.h'));
  expect(includes.filter(({ to }) => !existsSync(join(NATIVE, to)))).toEqual([]);
  const alone = headers.filter(
    (name) => !WITHOUT_SOURCE.test(name) && !existsSync(join(NATIVE, name.replace(/h$/, 'c'))),
  );
  expect(alone).toEqual([]);
  const strange = includes.filter(
    ({ name, to }) =>
      name.endsWith('.c') &&
      headers.includes(name.replace(/c$/, 'h')) &&
      !includes.some((one) => one.name === name && one.to === name.replace(/c$/, 'h')) &&
      dirname(to) === dirname(name),
  );
  expect(strange).toEqual([]);
});

test('everything in a namespace is signalled by one function, which asks whether it may', () => {
  const calls = files.filter((name) => /\bkill\(-1\b/.test(readFileSync(join(NATIVE, name), 'utf8')));
  expect(calls).toEqual(['base/signals.c']);
});
