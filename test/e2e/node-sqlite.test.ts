import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { apps, checkpoint, restoreWith, run } from '../support/copies.ts';
import { CRAC, getJson, pause, ROOT, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const SCRIPT = join(ROOT, 'test/fixtures/programs/node-sqlite.mjs');

interface State {
  mode: string;
  failed?: string;
  number: number;
  word: string;
  writers: { writer: string; entries: number; last: number }[];
}

let nodes: Record<'node22' | 'node24' | 'node26', string>;

beforeAll(async () => {
  nodes = await apps('node22', 'node24', 'node26');
}, 600_000);

const state = (port: number, path = '/') => getJson<State>(port, path);

async function start(name: keyof typeof nodes, more: Record<string, string> = {}): Promise<Running> {
  const env = { CRAC_NODE: nodes[name], DATABASE: place.path('data.db'), WRITER: 'original', ...more };
  const program = run(place, { image, words: [SCRIPT], port: PORT, env });
  await program.line(/listening/);
  return program;
}

describe.each(['node22', 'node24', 'node26'] as const)('node:sqlite on %s', (name) => {
  test('a database with a write-ahead log is shared by two copies that both write', async () => {
    const program = await start(name);
    while ((await state(PORT)).number < 50) await pause(20);
    expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
    await program.ended;

    const copies = restoreWith(place, { image, port: PORT }, [{ WRITER: 'one' }, { WRITER: 'two' }]);
    for (const at of [PORT, PORT + 1]) {
      const { number } = await state(at);
      while ((await state(at)).number < number + 100) await pause(20);
    }
    const stopped = await Promise.all([PORT, PORT + 1].map((at) => state(at, '/stop')));
    for (const each of stopped) {
      expect(each).toMatchObject({ mode: 'wal', word: 'kept' });
      expect(each.failed).toBeUndefined();
    }
    const { writers } = await state(PORT);
    expect((await state(PORT + 1)).writers).toEqual(writers);
    const of = (writer: string) => writers.find((each) => each.writer === writer);
    const original = of('original');
    // Every entry that was made is there once: the original's, and those with which each copy went on.
    expect(original?.entries).toBe(original?.last);
    for (const [copy, { number }] of stopped.entries())
      expect(of(copy === 0 ? 'one' : 'two')).toMatchObject({
        entries: number - 1 - (original?.last ?? 0),
        last: number - 1,
      });
    for (const { child } of copies) child.kill('SIGKILL');
  }, 120_000);
});

test('a transaction that does not end fails the checkpoint, which says where the database was opened', async () => {
  const program = await start('node24');
  await state(PORT, '/stop');
  await state(PORT, '/begin');
  const refused = await place.crac('checkpoint', image, '--wait', '1');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(
    `a transaction in ${place.path('data.db')} (opened at ${SCRIPT}:`.replace(
      '(opened at /',
      '(opened at file:///',
    ),
  );
  await state(PORT, '/end');
  await checkpoint(place, program, image).catch(() => {});
}, 120_000);

test('a copy that cannot have the lock that the program held is ended, and says what to do', async () => {
  const program = await start('node24', { EXCLUSIVE: '1' });
  while ((await state(PORT)).number < 10) await pause(20);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
  await program.ended;
  const [first] = restoreWith(place, { image, port: PORT }, [{ WRITER: 'one' }]);
  await state(PORT);
  const second = place.start(CRAC, ['restore', image, '--listen', `${PORT}=${PORT + 1}`]);
  const { code } = await second.ended;
  expect({ code, stderr: second.stderr() }).toEqual({
    code: 72,
    stderr: expect.stringMatching(
      /^crac: cannot restore: .*data\.db is locked by (?:another process|the process \d+), and the program held this lock at the checkpoint: only one copy can go on with it, and /,
    ),
  });
  const { number, failed } = await state(PORT);
  expect(failed).toBeUndefined();
  while ((await state(PORT)).number < number + 10) await pause(20);
  first?.child.kill('SIGKILL');
}, 120_000);
