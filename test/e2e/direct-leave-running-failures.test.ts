import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { getJson } from '../support/crac.ts';
import { runDirect, said, writeProgram } from '../support/direct-program.ts';
import { place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import {
  imagesThere,
  leaveRunning,
  leaveRunningTraced,
  restoreChanging,
  type State,
  startChanging,
  stoppedCommand,
  untilNoWriter,
  writerOf,
} from '../support/snapshot.ts';

/** Failures while a program goes on and a child of it writes its image. */

const PORT = await freePorts(2);
const noStrace = spawnSync('strace', ['-V']).status !== 0;

const state = () => getJson<State>(PORT);

/** The program works, nobody of ours is left, and the next image is good. */
async function worksStill(program: { pid: number; child: { kill(signal: 'SIGKILL'): boolean } }) {
  await untilNoWriter(program.pid);
  expect(imagesThere()).toEqual([]);
  expect((await state()).agrees).toBe(true);
  expect(await leaveRunning()).toMatchObject({ code: 0, stderr: '' });
  expect(imagesThere()).toEqual(['image']);
  program.child.kill('SIGKILL');
}

describe('killed meanwhile', () => {
  test('the process that writes: the image is refused', async () => {
    const program = startChanging(PORT);
    await state();
    const command = await stoppedCommand();
    process.kill(await writerOf(program.pid), 'SIGKILL');
    command.child.kill('SIGCONT');
    const ended = await command.ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /the process that wrote the image, \d+, was ended; no image was made, and the program goes on/,
    );
    await worksStill(program);
  });

  test('the program: there is no half image', async () => {
    const program = startChanging(PORT);
    await state();
    const command = await stoppedCommand();
    await writerOf(program.pid);
    program.child.kill('SIGKILL');
    await program.ended;
    command.child.kill('SIGCONT');
    const ended = await command.ended;
    expect(ended).toMatchObject({
      code: 1,
      stderr: 'crac: the program ended while its image was being made; no image was made\n',
    });
    expect(imagesThere()).toEqual([]);
  });

  test('the command: the program goes on, the process that writes ends, and the next command tidies up', async () => {
    const program = startChanging(PORT);
    await state();
    const command = await stoppedCommand();
    const writer = await writerOf(program.pid);
    command.child.kill('SIGKILL');
    await command.ended;
    await untilNoWriter(program.pid);
    expect(existsSync(`/proc/${writer}`)).toBe(false);
    expect((await state()).agrees).toBe(true);
    expect(await leaveRunning()).toMatchObject({ code: 0, stderr: '' });
    expect(imagesThere()).toEqual(['image']);
    program.child.kill('SIGKILL');
  });
});

test('a program that has asked for its image itself hears that there is none', async () => {
  const script = writeProgram(
    `const writer = () => fs.readFileSync('/proc/self/task/' + process.pid + '/children', 'latin1').trim();
     const { getGlobalContext } = require(process.env.NODE_CRAC);
     const hold = { afterRestore() { if (writer()) process.kill(Number(writer()), 'SIGKILL'); } };
     getGlobalContext().register(hold);
     await checkpointRestore({ leaveRunning: true }).catch((error) => say('refused', error.message.split('\\n')));
     hold.afterRestore = () => {};
     await checkpointRestore({ leaveRunning: true });`,
    `say('again', true);`,
    0,
  );
  const ended = await runDirect(script, [], { NODE_CRAC: require.resolve('../../dist/index.cjs') });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(said(ended.stdout)).toEqual({ refused: expect.any(Array), again: true });
  expect(String(said(ended.stdout).refused)).toMatch(/the process that wrote the image, \d+, was ended/);
});

test('it hears so also where its hooks take longer than the image, or fail; a good image with a hook that fails is that', async () => {
  const script = writeProgram(
    `const writer = () => Number(fs.readFileSync('/proc/self/task/' + process.pid + '/children', 'latin1'));
     const { getGlobalContext } = require(process.env.NODE_CRAC);
     const hold = { afterRestore() {} };
     getGlobalContext().register(hold, { name: 'hold' });
     const told = () => checkpointRestore({ leaveRunning: true }).then(
       () => 'resolved',
       (error) => [error.code, ...error.errors.map(({ code, message }) => code ?? message)],
     );
     hold.afterRestore = async () => {
       process.kill(writer(), 'SIGKILL');
       while (writer()) await new Promise((resolve) => setTimeout(resolve, 5));
       await new Promise((resolve) => setTimeout(resolve, 100));
     };
     say('slow', await told());
     hold.afterRestore = () => { process.kill(writer(), 'SIGKILL'); throw new Error('no'); };
     say('failing', await told());
     hold.afterRestore = () => { throw new Error('no'); };
     say('good', [...(await told()), fs.existsSync(process.env.IMAGE + '/restore.conf')]);`,
    '',
    0,
  );
  const ended = await runDirect(script, [], {
    NODE_CRAC: require.resolve('../../dist/index.cjs'),
    IMAGE: place.path('image'),
  });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(said(ended.stdout)).toEqual({
    slow: ['ERR_CRAC_CHECKPOINT_FAILED', 'ERR_CRAC_ENGINE_FAILED'],
    failing: ['ERR_CRAC_CHECKPOINT_FAILED', 'ERR_CRAC_ENGINE_FAILED', 'no'],
    good: ['ERR_CRAC_RESTORE_FAILED', 'no', true],
  });
});

describe.skipIf(noStrace)('calls of the kernel that fail', () => {
  test.each([
    ['EAGAIN', 'allow more processes'],
    ['ENOMEM', 'give it more memory'],
    ['EPERM', ''],
  ])(
    'clone: %s: the program stands still and writes itself, which is said with what helps',
    async (error, helps) => {
      const program = startChanging(PORT);
      await state();
      const ended = await leaveRunningTraced(program, `clone:error=${error}`);
      expect(ended.code).toBe(0);
      expect(ended.stderr).toMatch(
        new RegExp(
          `^crac: note: the program stands still until its image is complete, .*no process can be made: ${error} .*${helps}`,
        ),
      );
      expect((await state()).agrees).toBe(true);
      program.child.kill('SIGKILL');
      await program.ended;
      restoreChanging(PORT);
      expect((await state()).agrees).toBe(true);
    },
  );

  test.each([
    ['pwrite64:error=ENOSPC:when=4', /cannot write crac-memory\.img: ENOSPC/],
    ['ftruncate:error=EIO:when=1', /cannot write crac-memory\.img: EIO/],
  ])('%s: the image is refused, and the program has gone on long ago', async (injected, message) => {
    const program = startChanging(PORT);
    await state();
    const ended = await leaveRunningTraced(program, injected);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(message);
    await worksStill(program);
  });

  test('close_range: ENOSYS: the process that writes has a table of its own', async () => {
    const program = startChanging(PORT);
    await state();
    expect(await leaveRunningTraced(program, 'close_range:error=ENOSYS')).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect((await state()).agrees).toBe(true);
    program.child.kill('SIGKILL');
    await program.ended;
    restoreChanging(PORT);
    expect((await state()).agrees).toBe(true);
  });
});

test('more shared memory than is copied: the program stands still, which is said', async () => {
  const script = writeProgram(
    `const at = ok(call(9, 0, 80 << 20, 3, 0x21, -1, 0)); poke(at, 77);
     await checkpointRestore({ leaveRunning: true });`,
    `say('is', peek(at) % 256);`,
    0,
  );
  const ended = await runDirect(script);
  expect(ended.code).toBe(0);
  expect(ended.stderr).toMatch(
    /^crac: note: the program stands still .*: more than 64 MiB of memory are shared/,
  );
  expect(said(ended.stdout)).toEqual({ is: 77 });
  expect(said((await place.crac('restore', place.path('image'))).stdout)).toEqual({ is: 77 });
});
