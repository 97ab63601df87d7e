import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, PROGRAMS, ROOT, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const FAMILY = join(PROGRAMS, 'family.js');

/** A parent and two children; `what` says which of them does what. */
async function family(what: string): Promise<Running> {
  const program = place.start(CRAC, ['run', '--image', image, FAMILY], {
    env: { PORT: String(PORT), CRAC_LIBRARY: join(ROOT, 'dist/index.cjs'), WHAT: what },
  });
  await program.line(/ready/);
  return program;
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '' && line !== 'ready');

const plain = (text: string): string =>
  text
    .replaceAll(ROOT, 'ROOT')
    .replace(/process \d+ /g, 'process PID ')
    .replace(/^ *at .*\n/gm, '');

/** The newest first before, the oldest first after; with a conductor. */
const BEFORE = ['second before', 'first before', 'parent before'];
const AFTER = ['parent after', 'first after', 'second after'];

async function restored(env: Record<string, string> = {}): Promise<Running> {
  const copy = place.start(CRAC, ['restore', image], { env });
  expect(await get(PORT)).toBe('parent');
  return copy;
}

test('one refuses: every problem of every process at once, all take hold again, and the next attempt is free', async () => {
  const program = await family('first:refuses second:refuses second:breaks');
  const { code, stderr } = await place.crac('checkpoint', image);
  expect({ code, stderr: plain(stderr) }).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "crac: the checkpoint failed; the program goes on
    The checkpoint failed with 3 errors; no image was made, the program goes on:

    1. process PID (node family.js second): hook of second.beforeCheckpoint: Error: second does not want to

    2. process PID (node family.js first): hook of first.beforeCheckpoint: Error: first does not want to

    3. process PID (node family.js second): hook of second.afterRestore: Error: second cannot go on
    ",
    }
  `);
  expect(lines(program.stdout())).toEqual([...BEFORE, ...AFTER]);
  expect(existsSync(image)).toBe(false);
  expect(await get(PORT)).toBe('parent');
  expect((await place.crac('checkpoint', image)).code).toBe(1);
});

test('--dry-run: the descriptors of all processes, and all take hold again', async () => {
  const program = await family('');
  const { code, stdout } = await place.crac('checkpoint', image, '--dry-run', '--json');
  const { descriptors } = JSON.parse(stdout) as { descriptors: { process?: { pid: number } }[] };
  expect(code).toBe(0);
  expect(new Set(descriptors.map(({ process }) => process?.pid)).size).toBe(3);
  expect(lines(program.stdout())).toEqual([...BEFORE, ...AFTER]);
});

test('one ends in its hook: the others go on without it', async () => {
  const program = await family('second:ends');
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  expect(lines((await program.ended).stdout)).toEqual(BEFORE);
  const copy = await restored({ GREETING: 'hello' });
  await copy.line(/first after hello/);
  expect(lines(copy.stdout()).sort()).toEqual(['first after hello', 'parent after hello']);
});

test('one is born in a hook: it takes part', async () => {
  const program = await family('parent:starts');
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  expect(lines((await program.ended).stdout)).toEqual([...BEFORE, 'grandchild before']);
  const copy = await restored();
  await copy.line(/grandchild after/);
});

test('a hook may ask another process, which has been through its own', async () => {
  const program = await family('parent:asks');
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  expect(lines((await program.ended).stdout)).toEqual([...BEFORE, 'parent got an answer']);
});

test('one is blocked: it is named, and the others go on', async () => {
  const program = await family('first:blocks');
  const { code, stderr } = await place.crac('checkpoint', image);
  expect({ code, stderr: plain(stderr) }).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "crac: the checkpoint failed; the program goes on
    The checkpoint failed with 1 error; no image was made, the program goes on:

    1. EngineError: process PID (node family.js first) does not answer within 10 s: its main thread is busy, or blocked by execSync, Atomics.wait or the like. Let it come to an end in beforeCheckpoint, or ask for the checkpoint when it has less to do (ERR_CRAC_ENGINE_FAILED)
    ",
    }
  `);
  await program.line(/second after/);
  expect(await get(PORT)).toBe('parent');
}, 60_000);

test('a child asks for the checkpoint: of the whole tree; its promise is resolved in each copy', async () => {
  const program = await family('first:checkpoints');
  expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
  expect(lines(program.stdout())).toEqual(BEFORE);
  for (let copies = 0; copies < 2; copies++) {
    const copy = await restored();
    await copy.line(/first restored/);
    expect(lines(copy.stdout()).slice(0, -1).sort()).toEqual([...AFTER].sort());
    copy.child.kill('SIGTERM');
    await copy.ended;
  }
});

test('a child asks and another refuses: the child hears of it, with the name of the process', async () => {
  const program = await family('first:checkpoints second:refuses second:breaks');
  const [, message] = await program.line(/first refused: ([\s\S]*?cannot go on)\n/);
  expect(plain(`${message}`)).toMatchInlineSnapshot(`
    "The checkpoint failed with 2 errors; no image was made, the program goes on:
      process PID (node family.js second): hook of second.beforeCheckpoint: Error: second does not want to
      process PID (node family.js second): hook of second.afterRestore: Error: second cannot go on"
  `);
});

test('afterRestore fails in several processes: one message, printed once; the copy goes on', async () => {
  const WHAT = 'first:breaks second:breaks';
  const program = await family(WHAT);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;
  const copy = await restored({ WHAT });
  await copy.line(/cannot go on[\s\S]*cannot go on/);
  expect(plain(copy.stderr())).toMatchInlineSnapshot(`
    "The program goes on after the checkpoint, but afterRestore failed with 2 errors:
      process PID (node family.js first): hook of first.afterRestore: Error: first cannot go on
      process PID (node family.js second): hook of second.afterRestore: Error: second cannot go on
    "
  `);
  expect(await get(PORT)).toBe('parent');
});

test('generations: a copy is checkpointed and restored again and again', async () => {
  await family('');
  for (const generation of ['1', '2', '3']) {
    expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
    const copy = await restored({ GREETING: generation });
    for (const name of ['parent', 'first', 'second'])
      await copy.line(new RegExp(`${name} after ${generation}`));
  }
}, 120_000);

test('the command is killed while all stand still: all go on, and nothing is left', async () => {
  const program = await family('');
  const command = place.start(CRAC, ['checkpoint', image, '--engine-option=--ghost-limit=1G']);
  const partial = () => readdirSync(place.directory).some((name) => name.startsWith('image.partial'));
  while (!partial() && command.child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 1));
  command.child.kill('SIGKILL');
  await command.ended;
  for (const name of ['parent', 'first', 'second']) await program.line(new RegExp(`${name} after`));
  expect(await get(PORT)).toBe('parent');
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
}, 60_000);
