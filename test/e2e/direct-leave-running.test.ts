import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, getJson, PROGRAMS } from '../support/crac.ts';
import { runDirect, said, writeProgram } from '../support/direct-program.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import {
  expectSameMarks,
  imagesThere,
  leaveRunning,
  marksOf,
  restoreChanging,
  type State,
  startChanging,
  stoppedCommand,
  untilNoWriter,
  writerOf,
} from '../support/snapshot.ts';

/** A program that goes on while a child of it writes its image (docs/decisions/0020-forked-snapshot.md). */

const PORT = await freePorts(2);

const state = () => getJson<State>(PORT);

test('copies are of the moment of the snapshot while the program changes all its memory; three generations', async () => {
  let program = startChanging(PORT);
  let least = (await state()).n;
  for (let generation = 0; generation < 3; generation++) {
    const { code, stdout, stderr } = await leaveRunning('--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'left-running',
      image,
      size: expect.any(Number),
      frozen: expect.any(Number),
    });
    const { n, agrees, signals } = await state();
    expect({ agrees, signals }).toEqual({ agrees: true, signals: 0 });
    expect(n).toBeGreaterThan(least);
    program.child.kill('SIGKILL');
    await program.ended;
    program = restoreChanging(PORT);
    const copy = await state();
    expect(copy.agrees).toBe(true);
    expect(copy.n).toBeGreaterThanOrEqual(least);
    least = copy.n;
  }
});

test('a program that has gone on starts processes as before, and its copies do', async () => {
  const program = startChanging(PORT);
  const started = ['executed', 'child', ''];
  expect(await getJson(PORT, '/starts')).toEqual(started);
  const before = marksOf(program.pid);
  for (let i = 0; i < 3; i++) {
    expect(await leaveRunning()).toMatchObject({ code: 0, stderr: '' });
    expectSameMarks(before, marksOf(program.pid));
    expect(await getJson(PORT, '/starts')).toEqual(started);
  }
  await untilNoWriter(program.pid);
  program.child.kill('SIGKILL');
  await program.ended;
  restoreChanging(PORT);
  expect(await getJson(PORT, '/starts')).toEqual(started);
});

test('marks of memory that children do not have stay exactly where they were', async () => {
  const script = writeProgram(
    `const PAGE = 4096, at = ok(call(9, 0, 64 * PAGE, 3, 0x22, -1, 0)), marked = [1, 2, 5, 9, 10, 11, 30, 63];
     for (const page of marked) ok(call(28, at + page * PAGE, PAGE, 10));
     call(10, at + 10 * PAGE, PAGE, 1); // another protection: a mapping of its own, and marked as its neighbours
     ok(call(11, at + 40 * PAGE, 5 * PAGE));
     for (let page = 0; page < 64; page++) if (page !== 10 && (page < 40 || page >= 45)) poke(at + page * PAGE, page + 1);
     const flags = () => {
       const all = [];
       for (const entry of fs.readFileSync('/proc/self/smaps', 'latin1').split(/\\n(?=[0-9a-f]+-[0-9a-f]+ )/)) {
         const [start, end] = entry.split(' ')[0].split('-').map((text) => parseInt(text, 16));
         for (let page = 0; page < 64; page++)
           if (at + page * PAGE >= start && at + page * PAGE < end && / dc\\b/.test(entry)) all.push(page);
       }
       return all;
     };
     say('before', flags()); await checkpointRestore({ leaveRunning: true }); say('after', flags());
     say('content', Array.from({ length: 40 }, (_, page) => page === 10 || peek(at + page * PAGE) % 256));`,
    '',
    0,
  );
  const marked = [1, 2, 5, 9, 10, 11, 30, 63];
  const ended = await runDirect(script);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(said(ended.stdout)).toMatchObject({ before: marked, after: marked });
  const copy = await place.crac('restore', image);
  expect(said(copy.stdout)).toEqual({ after: marked, content: said(ended.stdout).content });
});

test('a copy that goes on keeps the marks of its memory, too', async () => {
  const program = startChanging(PORT);
  await state();
  expect(await leaveRunning()).toMatchObject({ code: 0, stderr: '' });
  program.child.kill('SIGKILL');
  await program.ended;
  const copy = restoreChanging(PORT);
  await state();
  const before = marksOf(copy.pid);
  expect(await leaveRunning()).toMatchObject({ code: 0, stderr: '' });
  expectSameMarks(before, marksOf(copy.pid));
});

test('locked memory, which no child has, is locked in copies', async () => {
  const script = writeProgram(
    `const PAGE = 4096, at = ok(call(9, 0, 8 * PAGE, 3, 0x22, -1, 0));
     ok(call(149, at + 2 * PAGE, 3 * PAGE)); poke(at + 3 * PAGE, 42); // mlock
     const locked = () => /VmLck:\\s*(\\d+)/.exec(fs.readFileSync('/proc/self/status', 'latin1'))[1];
     await checkpointRestore({ leaveRunning: true });`,
    `say('locked', locked()); say('content', peek(at + 3 * PAGE) % 256);`,
    0,
  );
  for (const ended of [await runDirect(script), await place.crac('restore', image)]) {
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(said(ended.stdout)).toEqual({ locked: '12', content: 42 });
  }
});

test('the program does not see the process that writes: nothing for wait(), and none is left', async () => {
  const script = writeProgram(
    `const looks = [];
     const timer = setInterval(() => looks.push(call(61, -1, 0, 1, 0)), 1); // WNOHANG
     for (let i = 0; i < 3; i++) await checkpointRestore({ leaveRunning: true });
     clearInterval(timer);
     say('found', [...new Set(looks)]);
     const children = () => fs.readFileSync('/proc/self/task/' + process.pid + '/children', 'latin1');
     while (children() !== '') await new Promise((resolve) => setTimeout(resolve, 5));
     say('image', fs.existsSync(${JSON.stringify(join(image, 'restore.conf'))}));`,
    '',
    0,
  );
  const ended = await runDirect(script);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(said(ended.stdout)).toEqual({ found: [-10], image: true }); // ECHILD
});

test('shared memory is that of the moment', async () => {
  const script = writeProgram(
    `const PAGE = 4096, at = ok(call(9, 0, 256 * PAGE, 3, 0x21, -1, 0)); // MAP_SHARED | MAP_ANONYMOUS
     let n = 0;
     const turn = () => { n++; for (let page = 0; page < 256; page++) poke(at + page * PAGE, n % 251); };
     turn();
     const timer = setInterval(turn, 0);
     await checkpointRestore({ leaveRunning: true });
     const all = new Set(Array.from({ length: 256 }, (_, page) => peek(at + page * PAGE) % 256));
     say('alike', all.size); clearInterval(timer); turn();
     say('works', peek(at) % 256 === n % 251);`,
    '',
    0,
  );
  for (const ended of [
    await runDirect(script),
    await place.crac('restore', image),
    await place.crac('restore', image),
  ]) {
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(said(ended.stdout)).toEqual({ alike: 1, works: true });
  }
});

test('while the image is being written the program serves, its descriptors are its own, and a second checkpoint is refused', async () => {
  const program = startChanging(PORT);
  await state();
  let isClosed = false;
  const client = connect(PORT + 1, '127.0.0.1').on('close', () => {
    isClosed = true;
  });
  await once(client, 'connect');
  await state();
  const command = await stoppedCommand();
  const writer = await writerOf(program.pid);
  const { n } = await state();
  expect((await state()).n).toBeGreaterThan(n);
  // The program has closed both by now, and that process has neither.
  while (!isClosed) await get(PORT);
  const again = createServer();
  await new Promise<void>((resolve, reject) => {
    again.once('error', reject);
    again.listen(PORT + 1, '127.0.0.1', resolve);
  });
  again.close();
  const second = await leaveRunning();
  expect(second.code).toBe(1);
  expect(second.stderr).toContain('the image of the last checkpoint is still being written');
  command.child.kill('SIGCONT');
  expect(await command.ended).toMatchObject({ code: 0, stderr: '' });
  expect(existsSync(`/proc/${writer}`)).toBe(false);
  expect(imagesThere()).toEqual(['image']);
});

test('a program with a child stands still until its image is complete, which is said; both go on, and are restored', async () => {
  const shape = join(PROGRAMS, 'family.cjs');
  const program = place.start(CRAC, ['run', '--engine', 'direct', '--image', image, shape, 'one'], {
    env: { PORT: String(PORT) },
  });
  interface About {
    pid: number;
    count: number;
    below: About[];
  }
  const about = () => getJson<About>(PORT);
  expect(await about()).toMatchObject({ count: 1, below: [{ count: 1 }] });
  for (let count = 2; count <= 3; count++) {
    const { code, stderr } = await leaveRunning();
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        'crac: note: the program stands still until its image is complete, because it cannot go on meanwhile: it has child processes (docs/checkpoint.md)\n',
    });
    expect(await about()).toMatchObject({ pid: program.pid, count, below: [{ count }] });
  }
  program.child.kill('SIGKILL');
  await program.ended;
  place.start(CRAC, ['restore', image]);
  expect(await about()).toMatchObject({ count: 3, below: [{ count: 3 }] });
});
