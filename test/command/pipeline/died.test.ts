import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { errorOf } from '../../../src/command/pipeline/died.ts';

/** What a program prints that dies of this, and lines that it prints before. */
function dies(code: string, ...options: string[]): string[] {
  const { stderr } = spawnSync(process.execPath, [...options, '-e', code], { encoding: 'utf8' });
  return ['listening on 3000', ...stderr.trimEnd().split('\n')];
}

test('an error that nobody caught: from its place on, without what stands before and after', () => {
  const error = errorOf([...dies("throw new Error('no database')"), 'bye', 'bye']);
  expect(error?.slice(0, 5)).toEqual([
    '[eval]:1',
    "throw new Error('no database')",
    '^',
    '',
    'Error: no database',
  ]);
  expect(error?.at(-1)).toMatch(/^ {4}at /);
});

test.each([
  ['a rejected promise', "Promise.reject(new TypeError('of undefined'))", /^TypeError: of undefined$/],
  ['a promise rejected with something else', 'Promise.reject(5)', /rejected with the reason "5"/],
  ['no error at all', "throw { code: 'E_OWN' }", /^\{ code: 'E_OWN' \}$/],
  ['an error without a stack', "Error.stackTraceLimit = 0; throw new Error('short')", /Error: short/],
])('%s', (_name, code, line) => {
  expect(errorOf(dies(code))).toContainEqual(expect.stringMatching(line));
});

test('a long error keeps its head', () => {
  const code =
    "throw new AggregateError(Array.from({ length: 12 }, (_, n) => new Error('part ' + n)), 'all of them failed')";
  const error = errorOf(dies(code));
  expect(error).toContain('AggregateError: all of them failed');
  expect(error).toContainEqual(expect.stringMatching(/^… \d+ more lines$/));
  expect(error?.length).toBeLessThan(40);
});

test('memory that has run out', () => {
  const lines = dies('const all = []; for (;;) all.push({})', '--max-old-space-size=8');
  expect(errorOf(lines)).toContainEqual(expect.stringMatching(/^FATAL ERROR: .*heap out of memory/));
});

test('an error that the program printed itself, before it went on to its end', () => {
  const later = Array.from({ length: 30 }, (_, n) => `closing ${n}`);
  expect(errorOf(['ready', 'Error: lost the database', '    at connect (/app/db.js:3:9)', ...later])).toEqual(
    expect.arrayContaining(['Error: lost the database', '    at connect (/app/db.js:3:9)']),
  );
});

test('nothing that looks like one', () => {
  expect(errorOf(['ready', '(node:7) Warning: slow', 'bye'])).toBeUndefined();
});
