import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC } from '../support/crac.ts';
import { crac, masked, place, portable, program, programOf, start } from '../support/portable-package.ts';

describe('pause, without the native part', () => {
  test('the process stops in place and is woken, once, with what the waker hands over', async () => {
    const run = await start('--engine', 'pause', '--image', 'image', program, 'one');
    const image = place.path('image');
    const checkpoint = await portable('checkpoint', 'image');
    expect({ ...checkpoint, stdout: masked(checkpoint.stdout, run) }).toEqual({
      code: 0,
      signal: null,
      stdout: 'program PROGRAM is paused in place; wake it with\n  crac restore PLACE/image\n',
      stderr: '',
    });
    expect(JSON.parse(readFileSync(join(image, 'manifest.json'), 'utf8'))).toMatchObject({
      format: 1,
      engine: { name: 'pause' },
      command: [expect.any(String), program, 'one'],
      ports: [],
    });
    expect(readFileSync(join(image, 'restore.conf'), 'utf8')).toMatch(
      /^format 1\nengine pause\n[\s\S]*end 1\n$/,
    );

    const again = await portable('checkpoint', 'image');
    expect({ ...again, stderr: masked(again.stderr, run) }).toMatchObject({
      code: 3,
      stderr: 'crac: program RUN stands still already; wake it with\n  crac restore PLACE/image\n',
    });

    mkdirSync(place.path('elsewhere'));
    writeFileSync(place.path('more.env'), '# for the test\nGREETING=hello\n');
    const restore = await place.start(
      crac,
      ['restore', image, '--env-file', '../more.env', '--', 'three', '--four'],
      { cwd: place.path('elsewhere') },
    ).ended;
    expect({ ...restore, stderr: masked(restore.stderr, run) }).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr:
        'crac: program PROGRAM is awake and goes on under its own `crac run` (PID RUN); this command is done\n',
    });
    expect(masked(run.stdout(), run)).toBe(
      [
        'isImplemented true, restoreTime -1, PROGRAM',
        'beforeCheckpoint',
        'afterRestore: restored true, same process true, GREETING hello, arguments [three,--four], in PLACE/elsewhere',
        '',
      ].join('\n'),
    );

    const twice = await portable('restore', 'image');
    expect({ ...twice, stderr: masked(twice.stderr, run) }).toEqual({
      code: 72,
      signal: null,
      stdout: '',
      stderr:
        'crac: PLACE/image has been woken already: the engine pause has one process, which is program PROGRAM itself (under `crac run`, PID RUN). Stop it again with\n  crac checkpoint RUN\n',
    });

    expect(await portable('checkpoint', 'image')).toMatchObject({ code: 0, stderr: '' });
    expect(await place.start(join(image, 'restore'), []).ended).toMatchObject({ code: 0, stdout: '' });
    run.child.kill('SIGTERM');
    expect(await run.ended).toMatchObject({ code: 7, signal: null });
  });

  test('checkpointRestore() is resolved by the wake', async () => {
    const run = await start('--engine', 'pause', '--image', 'image', program);
    run.child.kill('SIGUSR2');
    await run.line(/is paused in place; wake it with\n {2}crac restore .*\n/);
    expect(run.stdout()).not.toContain('checkpointRestore');
    expect(await portable('restore', 'image')).toMatchObject({ code: 0 });
    await run.line(/afterRestore: restored true[\s\S]*checkpointRestore: done/);
  });

  test('a program that was killed while it was paused', async () => {
    const run = await start('--engine', 'pause', '--image', 'image', program);
    await portable('checkpoint', 'image');
    process.kill(Number(programOf(run)), 'SIGKILL');
    expect(await run.ended).toMatchObject({ signal: 'SIGKILL' });
    const restore = await portable('restore', 'image');
    expect({ ...restore, stderr: masked(restore.stderr, run) }).toEqual({
      code: 72,
      signal: null,
      stdout: '',
      stderr:
        'crac: program PROGRAM, which PLACE/image stands for, has ended: with the engine pause the process itself is the image, and nothing else was kept. Start it anew with\n  crac run --engine pause --image PLACE/image app.js\n',
    });
  });

  test('a program whose image directory is removed goes on', async () => {
    const run = await start('--engine', 'pause', '--image', 'image', program);
    run.child.kill('SIGUSR2');
    await run.line(/is paused in place/);
    rmSync(place.path('image'), { recursive: true });
    await run.line(/\(ERR_CRAC_CHECKPOINT_FAILED\)\n/);
    expect(masked(run.stdout(), run)).toContain(
      [
        'afterRestore: restored false, same process true, GREETING unset, arguments [], in PLACE',
        'checkpointRestore: The checkpoint failed with 1 error; no image was made, the program goes on:',
        '  EngineError: PLACE/image was removed or replaced while the program stood still, so nothing could wake it any more (ERR_CRAC_ENGINE_FAILED) (ERR_CRAC_CHECKPOINT_FAILED)',
      ].join('\n'),
    );
    expect(await portable('checkpoint', 'image')).toMatchObject({ code: 0, stderr: '' });
  });

  test('what afterRestore throws is told by `crac restore`', async () => {
    const run = await start('--engine', 'pause', '--image', 'image', program, 'fail-after');
    await portable('checkpoint', 'image');
    const { code, stderr } = await portable('restore', 'image');
    expect({ code, stderr: masked(stderr, run).replace(/:\d+:\d+\)/g, ')') }).toEqual({
      code: 1,
      stderr: [
        'crac: The program goes on after the checkpoint, but afterRestore failed with 1 error:',
        '',
        '1. pool.afterRestore: RangeError: the database is away',
        '     at Object.afterRestore (PLACE/app.cjs)',
        '',
      ].join('\n'),
    });
  });

  test('leaving the program running is refused: there would be nothing to restore', async () => {
    const run = await start('--engine', 'pause', '--image', 'image', program, 'api-leave');
    const text = `the engine pause cannot leave the program running: the stopped process is the image. For hooks and checks only:\n  crac checkpoint RUN --dry-run`;
    const checkpoint = await portable('checkpoint', 'image', '--leave-running');
    expect({ ...checkpoint, stderr: masked(checkpoint.stderr, run) }).toMatchObject({
      code: 2,
      stderr: `crac: ${text}\n`,
    });
    run.child.kill('SIGUSR2');
    await run.line(/ERR_CRAC_ENGINE_FAILED/);
    expect(masked(run.stdout(), run)).toContain(
      [
        'checkpointRestore: The checkpoint failed with 1 error; no image was made, the program goes on:',
        `  EngineError: ${text.replace(/\n */, ' ')} (ERR_CRAC_ENGINE_FAILED) (ERR_CRAC_CHECKPOINT_FAILED)\n`,
      ].join('\n'),
    );
    expect(run.stdout()).not.toContain('beforeCheckpoint');
  });
});

test('`crac restore` of the native part wakes a paused program as well', async () => {
  const run = place.start(CRAC, ['run', '--engine', 'pause', '--image', 'image', program, 'one']);
  await run.line(/isImplemented true/);
  expect(await place.crac('checkpoint', 'image')).toMatchObject({ code: 0 });
  const restore = await place.start(CRAC, ['restore', 'image', '--', 'two'], { env: { GREETING: 'hello' } })
    .ended;
  expect(restore).toMatchObject({ code: 0, stdout: '' });
  await run.line(/afterRestore: restored true, same process true, GREETING hello, arguments \[two\]/);
});
