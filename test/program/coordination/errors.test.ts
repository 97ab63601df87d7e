import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { Context } from '../../../src/program/index.ts';
import * as errors from '../../../src/shared/errors/index.ts';
import { describeErrors, deserializeError, serializeError } from '../../../src/shared/errors/index.ts';
import { rejection } from './support.ts';

function samples(from: typeof errors): Error[] {
  return [
    new from.CracError('base', { code: 'ERR_CRAC_OPEN_FILE', cause: new Error('opened here') }),
    new from.CheckpointError([new Error('a'), new TypeError('b')]),
    new from.RestoreError([new Error('a')]),
    new from.NotImplementedError(),
    new from.RecursiveCheckpointError(),
    new from.HookTimeoutError({ resource: 'pool', hook: 'afterRestore', timeout: 10 }),
    new from.EngineError('criu ended with 1', { cause: new Error('no space') }),
    new from.NoEngineError('none'),
  ];
}

const classes = (from: typeof errors) => [
  from.CracError,
  from.CheckpointError,
  from.RestoreError,
  from.NotImplementedError,
  from.RecursiveCheckpointError,
  from.HookTimeoutError,
  from.EngineError,
  from.NoEngineError,
];

test('names and codes; the name is not enumerable', () => {
  expect(samples(errors).map((error) => [error.name, (error as errors.CracError).code])).toEqual([
    ['CracError', 'ERR_CRAC_OPEN_FILE'],
    ['CheckpointError', 'ERR_CRAC_CHECKPOINT_FAILED'],
    ['RestoreError', 'ERR_CRAC_RESTORE_FAILED'],
    ['NotImplementedError', 'ERR_CRAC_NOT_IMPLEMENTED'],
    ['RecursiveCheckpointError', 'ERR_CRAC_RECURSIVE_CHECKPOINT'],
    ['HookTimeoutError', 'ERR_CRAC_HOOK_TIMEOUT'],
    ['EngineError', 'ERR_CRAC_ENGINE_FAILED'],
    ['NoEngineError', 'ERR_CRAC_NO_ENGINE'],
  ]);
  expect(samples(errors).map((error) => Object.keys(error))).toEqual([
    ['code'],
    ['code', 'errors'],
    ['code', 'errors'],
    ['code'],
    ['code'],
    ['code', 'resource', 'hook', 'timeout'],
    ['code'],
    ['code'],
  ]);
  expect(samples(errors).map((error) => error.stack?.split(':')[0])).toEqual(
    samples(errors).map(({ name }) => name),
  );
});

test('instanceof works across two copies of the package, and tells the classes apart', async () => {
  vi.resetModules();
  const copy = await import('../../../src/shared/errors/index.ts');
  expect(copy.CheckpointError).not.toBe(errors.CheckpointError);
  const matrix = samples(copy).map((error) => classes(errors).map((each) => error instanceof each));
  expect(matrix).toEqual(
    samples(copy).map((_, row) => classes(errors).map((_, column) => column === 0 || column === row)),
  );
  expect(
    [null, undefined, 'x', {}, new Error('x')].filter((value) => value instanceof errors.CracError),
  ).toEqual([]);
});

test("a program's subclass keeps the ordinary instanceof", () => {
  class MyError extends errors.CheckpointError {}
  expect(new MyError([]) instanceof errors.CheckpointError).toBe(true);
  expect(new errors.CheckpointError([]) instanceof MyError).toBe(false);
});

test('containers are dissolved, those of another copy too; an error of another realm is an error', async () => {
  vi.resetModules();
  const copy = await import('../../../src/shared/errors/index.ts');
  const foreign = runInNewContext('new Error("foreign\\nsecond line")') as Error;
  const inner = new copy.RestoreError([new Error('deep')]);
  const outer = new errors.CheckpointError([new copy.CheckpointError([inner, new Error('middle')]), foreign]);
  expect(outer.errors.map(({ message }) => message)).toEqual(['deep', 'middle', 'foreign\nsecond line']);
  expect(outer.errors[2]).toBe(foreign);
  expect(outer.message).toBe(
    [
      'The checkpoint failed with 3 errors; no image was made, the program goes on:',
      '  Error: deep',
      '  Error: middle',
      '  Error: foreign second line',
    ].join('\n'),
  );
  expect(new errors.RestoreError([new Error('one')]).message).toBe(
    'The program goes on after the checkpoint, but afterRestore failed with 1 error:\n  Error: one',
  );
});

test('every error comes back from JSON as it was', () => {
  const nested = new errors.CheckpointError([
    ...samples(errors),
    new RangeError('range', { cause: new errors.EngineError('engine') }),
    Object.assign(new Error('open'), { code: 'ENOENT', errno: -2, path: '/x', fd: { not: 'plain' } }),
    Object.assign(new Error('named'), { name: 'SpecialError' }),
  ]);
  const json = serializeError(nested);
  const back = deserializeError(JSON.parse(JSON.stringify(json))) as errors.CheckpointError;
  expect(serializeError(back)).toEqual(json);
  expect(back).toBeInstanceOf(errors.CheckpointError);
  expect(back.stack).toBe(nested.stack);
  expect(back.errors.map((error) => error.constructor.name)).toEqual([
    ...['CracError', 'Error', 'TypeError', 'Error'],
    ...[
      'NotImplementedError',
      'RecursiveCheckpointError',
      'HookTimeoutError',
      'EngineError',
      'NoEngineError',
    ],
    ...['RangeError', 'Error', 'Error'],
  ]);
  expect(back.errors[6]).toMatchObject({ resource: 'pool', hook: 'afterRestore', timeout: 10 });
  expect(back.errors[9]?.cause).toBeInstanceOf(errors.EngineError);
  expect({ ...back.errors[10] }).toEqual({ code: 'ENOENT', errno: -2, path: '/x' });
  expect(back.errors[11]?.name).toBe('SpecialError');
});

test('origins survive the way; circular causes end; what is no error is readable', async () => {
  const context = new Context();
  const circular = new Error('circular');
  circular.cause = circular;
  context.register({ beforeCheckpoint: () => Promise.reject(circular) }, { name: 'pool' });
  const error = await rejection<errors.CheckpointError>(context.beforeCheckpoint());
  const back = deserializeError(JSON.parse(JSON.stringify(serializeError(error)))) as errors.CheckpointError;
  expect(back.errors.map(errors.originOf)).toEqual(['pool.beforeCheckpoint']);

  expect(serializeError('text')).toEqual({ name: 'Error', message: 'text' });
  const caused = deserializeError(serializeError(new Error('caused', { cause: 'by text' })));
  expect(String(caused.cause)).toBe('Error: by text');
  const broken = [
    undefined,
    null,
    7,
    {},
    { message: 1, errors: 'x', details: null },
    JSON.parse('{"details":{"__proto__":1}}'),
  ];
  expect(broken.map((json) => String(deserializeError(json)))).toEqual([
    ...['Error: undefined', 'Error: null', 'Error: 7'],
    ...['Error', 'Error', 'Error'],
  ]);
});

test('text for people: one block for each error, with code, cause and place', () => {
  const at = (error: Error, ...frames: string[]) =>
    Object.assign(error, {
      stack: [`${error.name}: ${error.message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n'),
    });
  const node = 'Object.openSync (node:fs:573:18)';
  const library = 'connect (/app/node_modules/pg/client.js:9:1)';
  const app = 'start (/app/server.js:12:7)';
  const open = at(new Error('opened by the program'), node, library, app);
  const error = new errors.CheckpointError([
    new errors.CracError('descriptor 21 is open: /app/log.txt\nClose it in beforeCheckpoint.', {
      code: 'ERR_CRAC_OPEN_FILE',
      cause: open,
    }),
    at(new TypeError('boom'), node, library),
    new errors.HookTimeoutError({ resource: 'pool', hook: 'beforeCheckpoint', timeout: 10 }),
  ]);
  expect(describeErrors(error)).toBe(
    [
      'The checkpoint failed with 3 errors; no image was made, the program goes on:',
      '',
      '1. CracError: descriptor 21 is open: /app/log.txt',
      '     Close it in beforeCheckpoint. (ERR_CRAC_OPEN_FILE)',
      '     cause: Error: opened by the program',
      '       at start (/app/server.js:12:7)',
      '',
      '2. TypeError: boom',
      '     at connect (/app/node_modules/pg/client.js:9:1)',
      '',
      '3. HookTimeoutError: beforeCheckpoint of "pool" did not finish within 10 ms. Find what it waits for, or give it longer: register(resource, { timeout: 20 }). (ERR_CRAC_HOOK_TIMEOUT)',
    ].join('\n'),
  );
  expect(describeErrors('no error at all')).toBe(
    'CracError: Something that is not an Error was thrown: "no error at all". Throw an Error to see where. (ERR_CRAC_NOT_AN_ERROR)',
  );
});

test('text for people: errors of one kind from one place are told once, and listed', () => {
  const opened = (line: number) =>
    Object.assign(new Error('opened'), {
      name: 'Opened',
      stack: `opened\n    at open (/app/logs.js:${line}:3)`,
    });
  const file = (fd: number, line = 7) =>
    new errors.OpenFileError(
      `descriptor ${fd} is left open: /srv/log-${fd}; close it`,
      { fd, kind: 'regular', target: `/srv/log-${fd}`, flags: '01', position: 0 },
      { cause: opened(line) },
    );
  const socket = (fd: number, remote: string) =>
    new errors.OpenSocketError(
      `descriptor ${fd} is left open: tcp socket 127.0.0.1:${fd + 1000} → ${remote}; close it`,
      {
        fd,
        kind: 'socket',
        target: `socket:[${fd}]`,
        flags: '02',
        position: 0,
        local: `127.0.0.1:${fd + 1000}`,
        remote,
      },
    );
  const all = [
    file(21),
    ...[30, 31, 32].map((fd) => socket(fd, '127.0.0.1:5432')),
    file(22),
    file(40, 99),
    ...Array.from({ length: 14 }, (_, n) => file(50 + n)),
    new TypeError('boom'),
    new TypeError('bang'),
  ];
  const [summary, ...blocks] = describeErrors(new errors.CheckpointError(all)).split('\n\n');
  expect(summary).toMatch(/^The checkpoint failed with 22 errors/);
  const rest = Array.from({ length: 11 }, (_, n) => `descriptor ${50 + n} (/srv/log-${50 + n})`).join(', ');
  expect(blocks.map((block) => block.split('\n').at(-1)?.trim())).toEqual([
    `and 15 more like it: descriptor 22 (/srv/log-22), ${rest} and 3 others (--json has all)`,
    'and 2 more like it: descriptor 31 (127.0.0.1:1031 → 127.0.0.1:5432), descriptor 32 (127.0.0.1:1032 → 127.0.0.1:5432)',
    'at open (/app/logs.js:99:3)',
    expect.stringMatching(/errors\.test\.ts/),
    expect.stringMatching(/errors\.test\.ts/),
  ]);
  expect(blocks[0]).toMatch(
    /^1\. OpenFileError: descriptor 21 is left open: \/srv\/log-21; close it \(ERR_CRAC_OPEN_FILE\)\n/,
  );
});
