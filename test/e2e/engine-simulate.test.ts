import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { crac, masked, place, portable, program, programOf, start } from '../support/portable-package.ts';

describe('simulate, without the native part', () => {
  test('a checkpoint runs the hooks at once, and the program goes on as if restored', async () => {
    const run = await start('--engine', 'simulate', program, 'one', 'two');
    const checkpoint = await portable('checkpoint', String(run.pid));
    expect({ ...checkpoint, stdout: masked(checkpoint.stdout, run) }).toEqual({
      code: 0,
      signal: null,
      stdout: 'checkpoint of RUN simulated: hooks and checks passed, nothing was written\n',
      stderr: '',
    });
    const ps = await portable('ps', '--json');
    expect(JSON.parse(ps.stdout)).toMatchObject([
      { pid: run.pid, kind: 'run', image: '', command: `node ${program} one two` },
    ]);

    run.child.kill('SIGTERM');
    const ended = await run.ended;
    expect({ ...ended, stdout: masked(ended.stdout, run) }).toEqual({
      code: 7,
      signal: null,
      stdout: [
        'isImplemented true, restoreTime -1, PROGRAM',
        'beforeCheckpoint',
        'afterRestore: restored true, same process true, GREETING unset, arguments [one,two], in PLACE',
        'SIGTERM',
        '',
      ].join('\n'),
      stderr: '',
    });
    expect((await portable('ps', '--json')).stdout).toBe('[]\n');
  });

  test('a program with an image directory is found by it; the directory is not made', async () => {
    const run = await start('--engine=simulate', '--image', 'image', program);
    expect(await portable('checkpoint', 'image', '--json')).toMatchObject({ code: 0, stderr: '' });
    expect(await portable('checkpoint', programOf(run), '--dry-run')).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(place.path('image'))).toBe(false);
  });

  test('what beforeCheckpoint throws is reported in full, and the program goes on', async () => {
    const run = await start('--engine', 'simulate', program, 'fail-before');
    const { code, stdout, stderr } = await portable('checkpoint', String(run.pid));
    expect({
      code,
      stdout,
      stderr: stderr.replaceAll(place.directory, 'PLACE').replace(/:\d+:\d+\)/g, ')'),
    }).toEqual({
      code: 1,
      stdout: '',
      stderr: [
        'crac: the checkpoint failed; the program goes on',
        'The checkpoint failed with 1 error; no image was made, the program goes on:',
        '',
        '1. pool.beforeCheckpoint: TypeError: the pool cannot be closed',
        '     at Object.beforeCheckpoint (PLACE/app.cjs)',
        '',
      ].join('\n'),
    });
    await run.line(/afterRestore: restored false/);
  });

  test('what afterRestore throws is reported in full too', async () => {
    const run = await start('--engine', 'simulate', program, 'fail-after');
    const { code, stdout, stderr } = await portable('checkpoint', String(run.pid));
    expect({
      code,
      stdout,
      stderr: stderr.replaceAll(place.directory, 'PLACE').replace(/:\d+:\d+\)/g, ')'),
    }).toEqual({
      code: 1,
      stdout: '',
      stderr: [
        'crac: The program goes on after the checkpoint, but afterRestore failed with 1 error:',
        '',
        '1. pool.afterRestore: RangeError: the database is away',
        '     at Object.afterRestore (PLACE/app.cjs)',
        '',
      ].join('\n'),
    });
  });

  test('checkpointRestore() in the program, and by a signal to `crac run`', async () => {
    const run = await start('--engine', 'simulate', '--checkpoint-signal', 'SIGHUP', program);
    run.child.kill('SIGUSR2'); // passed on: the program calls the API
    await run.line(/afterRestore: restored true[\s\S]*checkpointRestore: done/);
    await run.line(/checkpoint of \d+ simulated/);
    run.child.kill('SIGHUP'); // not passed on
    await run.line(/simulated[\s\S]*simulated/);
    expect(run.stdout().match(/beforeCheckpoint/g)).toHaveLength(2);
    expect(masked(run.stderr(), run)).toBe(
      'crac: checkpoint of RUN simulated: hooks and checks passed, nothing was written\n'.repeat(2),
    );
  });

  test('checkpointRestore({ leaveRunning: true }) leaves restoreTime() as it was', async () => {
    const run = await start('--engine', 'simulate', program, 'api-leave');
    run.child.kill('SIGUSR2');
    await run.line(/afterRestore: restored false[\s\S]*checkpointRestore: done/);
  });

  test('`crac run` ends by the signal that ended the program', async () => {
    const run = await start('--engine', 'simulate', program);
    process.kill(Number(programOf(run)), 'SIGKILL');
    expect(await run.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect((await portable('ps', '--json')).stdout).toBe('[]\n');
  });

  test.each(['running', 'paused'])('a killed `crac run` takes a %s program with it', async (state) => {
    const run = await start('--engine', 'pause', '--image', 'image', program);
    if (state === 'paused') await portable('checkpoint', 'image');
    run.child.kill('SIGKILL');
    // The program has the same output stream, which is closed when both have ended.
    expect(await run.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  test('children and Workers of the program run, and are no members of its checkpoint', async () => {
    writeFileSync(
      place.path('family.cjs'),
      `const { isImplemented } = require('node-crac');
      const { fork } = require('node:child_process');
      const { isMainThread, Worker } = require('node:worker_threads');
      const who = !isMainThread ? 'worker' : process.send ? 'child' : 'main';
      console.log(who, isImplemented(), typeof Math.random());
      if (who === 'main') fork(__filename).on('exit', () => new Worker(__filename));`,
    );
    expect(await portable('run', '--engine', 'simulate', place.path('family.cjs'))).toEqual({
      code: 0,
      signal: null,
      stdout: 'main true number\nchild false number\nworker false number\n',
      stderr: '',
    });
  });

  test('standard input is the program’s own', async () => {
    writeFileSync(place.path('echo.cjs'), 'process.stdin.pipe(process.stdout);');
    const run = place.start(crac, ['run', '--engine', 'simulate', 'echo.cjs'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    run.child.stdin?.end('through\n');
    expect(await run.ended).toEqual({ code: 0, signal: null, stdout: 'through\n', stderr: '' });
  });
});
