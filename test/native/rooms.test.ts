import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
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
/** What every room may include: the layout of a page that they share, types of functions that are found by name, and old
 * names of libc's functions. */
const ANYBODYS = ['generation.h', 'page-hints.h', 'v8-range.h', 'direct-calls.h', 'portable.h'];
/** Libraries of small files may have one header; so may what an engine has in a folder below its own. */
const LIBRARIES = /^(addon|trace|preload|fuzz|engines\/\w+\/\w+)\//;

const files = readdirSync(NATIVE, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.[ch]$/.test(name),
);
/** By its path from native/, or in a folder of an engine by its name alone. */
const resolved = (name: string, to: string): string =>
  existsSync(join(NATIVE, to)) ? to : join(dirname(name), to);
const textOf = (name: string): string => readFileSync(join(NATIVE, name), 'utf8');
const includes = files.flatMap((name) =>
  [...textOf(name).matchAll(/^#include "([^"]+)"/gm)].map(([, to]) => ({
    name,
    to: resolved(name, to as string),
  })),
);
const roomOf = (path: string): string => path.split('/')[0] as string;

/** A folder of native/engines, `''` for the contract and the table. */
const engineOf = (path: string): string => path.match(/^engines\/(\w+)\//)?.[1] ?? '';

test('no file includes a header of a room that it may not use', () => {
  const wrong = includes.filter(
    ({ name, to }) =>
      !ANYBODYS.includes(to) && roomOf(to) !== roomOf(name) && !MAY_USE[roomOf(name)]?.includes(roomOf(to)),
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

/** The folders of an engine's sources that each kind of CPU has its own of. */
const ARCHITECTURES = ['x86_64', 'aarch64'];

const hasSource = (header: string, folder = '.') =>
  ['.c', '.S'].some((end) =>
    existsSync(join(NATIVE, dirname(header), folder, basename(header).replace(/\.h$/, end))),
  );

test('every header exists, and one that declares functions stands beside the source that has them', () => {
  expect(includes.filter(({ to }) => !existsSync(join(NATIVE, to)))).toEqual([]);
  const declares = (name: string) =>
    /^(?!\s|static|typedef|_Static_assert|#|\/?\*)[\w ]+\**\w+\([^;{]*\)[^;{]*;$/m.test(textOf(name));
  const alone = files.filter(
    (name) =>
      name.endsWith('.h') &&
      !LIBRARIES.test(name) &&
      !ANYBODYS.includes(name) &&
      declares(name) &&
      !hasSource(name) &&
      !ARCHITECTURES.every((each) => hasSource(name, each) || hasSource(name, `${each}/loader`)),
  );
  expect(alone).toEqual([]);
  expect(files.filter(declares).length).toBeGreaterThan(50); // the pattern finds declarations
});

test('everything in a namespace is signalled by one function, which asks whether it may', () => {
  const calls = files.filter((name) => /\bkill\(-1\b/.test(textOf(name)));
  expect(calls).toEqual(['base/signals.c']);
});
