import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { getJson, type Running } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import {
  imagesThere,
  leaveRunning,
  leaveRunningTraced,
  type State,
  startChanging,
  untilNoWriter,
} from '../support/snapshot.ts';

/** SIGKILL and limits at each step of an image that a child writes: at calls that only this step makes. */

const PORT = await freePorts(2);
const noStrace = spawnSync('strace', ['-V']).status !== 0;
const noPrlimit = spawnSync('prlimit', ['-V']).status !== 0;

const state = () => getJson<State>(PORT);

async function started(): Promise<Running> {
  const program = startChanging(PORT);
  await state();
  return program;
}

/** The program works, nobody of ours is left, and the next image is good. */
async function worksStill(program: Running): Promise<void> {
  await untilNoWriter(program.pid);
  expect(imagesThere()).toEqual([]);
  expect((await state()).agrees).toBe(true);
  expect(await leaveRunning()).toMatchObject({ code: 0, stderr: '' });
  program.child.kill('SIGKILL');
}

describe.skipIf(noStrace)('SIGKILL', () => {
  test.each([
    ['before it reaches the command', 'setpriority:signal=SIGKILL:when=1'],
    ['among its pages', 'pwrite64:signal=SIGKILL:when=6'],
    ['behind its pages', 'ftruncate:signal=SIGKILL:when=2'],
  ])('of the process that writes, %s', async (_, injected) => {
    const program = await started();
    const ended = await leaveRunningTraced(program, injected);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /^crac: the process that wrote the image, \d+, was ended; no image was made, and the program goes on\n$/,
    );
    await worksStill(program);
  });

  test('of the program, when the process is made: there is no half image', async () => {
    const program = await started();
    const ended = await leaveRunningTraced(program, 'clone:signal=SIGKILL:when=1');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^crac: the program ended while .*; no image was made\n$/);
    expect(imagesThere()).toEqual([]);
    await program.ended;
    expect(existsSync(`/proc/${program.pid}`)).toBe(false);
  });
});

test.skipIf(noStrace)(
  'no thread can be made: what it would have read is read while the program stands still',
  async () => {
    const program = await started();
    expect(await leaveRunningTraced(program, 'clone3:error=EAGAIN')).toMatchObject({ code: 0, stderr: '' });
    expect((await state()).agrees).toBe(true);
    program.child.kill('SIGKILL');
  },
);

test.skipIf(noPrlimit)(
  'no address space is left: said with what helps, and the program goes on',
  async () => {
    const program = await started();
    const limit = (to: string) =>
      expect(spawnSync('prlimit', ['--pid', String(program.pid), `--as=${to}:unlimited`]).status).toBe(0);
    const size =
      Number(/VmSize:\s+(\d+)/.exec(readFileSync(`/proc/${program.pid}/status`, 'latin1'))?.[1]) * 1024;
    limit(String(size + (64 << 20))); // less than what an image is written with
    const ended = await place.crac(
      'checkpoint',
      String(program.pid),
      '--image',
      place.path('image'),
      '--leave-running',
    );
    limit('unlimited');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/ENOMEM/);
    expect(ended.stderr).toMatch(/give it more memory/);
    await worksStill(program);
  },
);
