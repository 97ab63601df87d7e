import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CRAC, type Ended, Place, ROOT, type Running } from '../support/crac.ts';
import { copyWithoutNative } from '../support/package-copy.ts';

const MEMBER = join(ROOT, 'test/fixtures/library/engine-member.cjs');

let place: Place;
/** Paths of a copy of the package that has no native part. */
let crac: string;
let program: string;

beforeEach(() => {
  place = new Place();
  crac = copyWithoutNative(place.directory);
  program = place.path('app.cjs');
  copyFileSync(MEMBER, program);
});
afterEach(() => place.close());

const portable = (...args: string[]): Promise<Ended> => place.start(crac, args).ended;

/** Replaces numbers and directories that differ from run to run. */
function masked(text: string, run: Running): string {
  return text
    .replaceAll(place.directory, 'PLACE')
    .replace(new RegExp(`\\b${run.pid}\\b`, 'g'), 'RUN')
    .replace(new RegExp(`\\b${programOf(run)}\\b`, 'g'), 'PROGRAM');
}

const programs = new Map<Running, string>();
const programOf = (run: Running): string => programs.get(run) ?? 'unknown';

async function start(...args: string[]): Promise<Running> {
  const run = place.start(crac, ['run', ...args]);
  const [, pid] = await run.line(/isImplemented true, restoreTime -1, (\d+)\n/);
  programs.set(run, pid as string);
  return run;
}

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

describe('the choice of an engine', () => {
  test('--engine help', async () => {
    const { code, stdout, stderr } = await place.crac('run', '--engine', 'help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
      "usage: --engine NAME[,key=value…], or the same in CRAC_ENGINE

        criu      writes the process into an image (Linux)
                    checkpoint: an image; the program ends
                    restore: makes a new process from the image, any number of times
                    path=FILE        the criu binary to use, instead of the one that is found
                    verbosity=0-4    how much goes into the engine's log (default 4)
                    log-file=FILE    keep a copy of the engine's log here
        direct    the process writes itself into an image (Linux, x64)
                    checkpoint: an image; the program ends
                    restore: becomes the program, any number of times
        auto      direct where it can write the program, else criu; chosen at each checkpoint (Linux)
                    checkpoint: an image of one of these; the program ends
                    restore: as that engine's
        simulate  runs hooks and checks, writes nothing; needs no privileges and no native part
                    checkpoint: nothing; afterRestore runs at once and the program goes on
                    restore: nothing to restore
        pause     stops the process in place; needs no privileges and no native part
                    checkpoint: the process, stopped, and a directory to wake it by
                    restore: wakes the process, once
        platform  somebody else freezes the machine or the sandbox (Lambda, gVisor, Firecracker, QEMU)
                    checkpoint: the program, standing still until \`crac notify after-restore\`
                    restore: the platform's; in each copy \`crac notify after-restore PID\`

      Without it: criu on Linux, or direct where that cannot be; simulate elsewhere.
      "
    `);
    expect(await place.crac('checkpoint', '--engine', 'help')).toMatchObject({ code: 0, stdout });
  });

  test.each([
    [
      'crio',
      'crac: --engine crio: there is no such engine, there are criu, direct, auto, simulate, pause, platform',
    ],
    ['simengine', 'crac: --engine simengine: there is no such engine; did you mean simulate?'],
    ['', 'crac: --engine needs the name of an engine: criu, direct, auto, simulate, pause, platform'],
    [
      'criu,verbose=4',
      'crac: --engine criu: the engine has no setting "verbose", it has path, verbosity, log-file',
    ],
    ['criu,', 'crac: --engine criu: the engine has no setting "", it has path, verbosity, log-file'],
    ['criu,verbosity=5', 'crac: --engine criu: verbosity=5 must be a number from 0 to 4'],
    ['criu,path', 'crac: --engine criu: path needs a value: path=FILE'],
    ['criu,path=/a,path=/b', 'crac: --engine criu: path was given twice'],
    ['pause,path=/a', 'crac: --engine pause: the engine has no setting "path", it has none'],
  ])('--engine %j is refused', async (engine, message) => {
    expect(await place.crac('run', '--image', 'image', '--engine', engine, program)).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `${message}; \`crac run --engine help\` lists the engines and their settings\n`,
    });
  });

  test('CRAC_ENGINE is the default, and --engine wins over it', async () => {
    const wrong = place.start(CRAC, ['run', program], { env: { CRAC_ENGINE: 'sim' } });
    expect(await wrong.ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^crac: CRAC_ENGINE sim: there is no such engine; did you mean simulate\?/,
      ),
    });
    const run = place.start(CRAC, ['run', program], { env: { CRAC_ENGINE: 'simulate' } });
    await run.line(/isImplemented true/);
    const other = place.start(CRAC, ['run', '--engine', 'pause', '--image', 'image', program], {
      env: { CRAC_ENGINE: 'simulate' },
    });
    await other.line(/isImplemented true/);
    expect(await place.crac('checkpoint', 'image')).toMatchObject({
      stdout: expect.stringContaining('paused'),
    });
  });

  test('the engine of a running program cannot be changed', async () => {
    const run = await start('--engine', 'simulate', program);
    const { code, stderr } = await portable('checkpoint', String(run.pid), '--engine', 'criu');
    expect({ code, stderr: masked(stderr, run) }).toEqual({
      code: 2,
      stderr:
        'crac: program RUN was started with the engine simulate; the engine is chosen at the start:\n  crac run --engine criu …\nTo go through hooks and checks only:\n  crac checkpoint RUN --dry-run\n',
    });
  });

  test('on another platform simulate is the default and says so; criu is refused', async () => {
    // As much of macOS as can be had here: everything that asks process.platform, and no native part.
    writeFileSync(
      place.path('darwin.cjs'),
      "Object.defineProperty(process, 'platform', { value: 'darwin' });",
    );
    const env = { NODE_OPTIONS: `--require ${place.path('darwin.cjs')}`, GREETING: 'from darwin' };
    const run = place.start(crac, ['run', program, '--image'], { env });
    const [, pid] = await run.line(/isImplemented true, restoreTime -1, (\d+)\n/);
    programs.set(run, pid as string);
    expect(run.stderr()).toBe(
      'crac: images need Linux: this is the engine simulate, which runs hooks and checks and writes nothing\n',
    );
    const checkpoint = await place.start(crac, ['checkpoint', String(run.pid)], { env }).ended;
    expect({ ...checkpoint, stdout: masked(checkpoint.stdout, run) }).toMatchObject({
      code: 0,
      stdout: 'checkpoint of RUN simulated: hooks and checks passed, nothing was written\n',
    });
    const criu = await place.start(crac, ['run', '--engine', 'criu', '--image', 'i', program], { env }).ended;
    expect(criu).toEqual({
      code: 70,
      signal: null,
      stdout: '',
      stderr:
        'crac: the engine criu works on Linux only, and this is darwin. Develop here with\n  crac run --engine simulate app.js\n',
    });
  });

  test('settings of criu: verbosity and a copy of the log', async () => {
    const run = place.start(CRAC, [
      'run',
      '--image',
      'image',
      '--engine',
      'criu,verbosity=1,log-file=criu.log',
      program,
    ]);
    await run.line(/isImplemented true/);
    expect(await place.crac('checkpoint', 'image')).toMatchObject({ code: 0, stderr: '' });
    const quiet = readFileSync(place.path('criu.log'), 'utf8');
    expect(quiet).not.toMatch(/Dumping (?:task|processes)/);

    const other = place.start(CRAC, ['run', '--image', 'other', program]);
    await other.line(/isImplemented true/);
    const log = `criu,log-file=${place.path('loud.log')}`;
    expect(await place.crac('checkpoint', 'other', '--engine', log)).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(place.path('loud.log'), 'utf8')).toMatch(/Dumping (?:task|processes)/);
  });

  test('a binary that is not there', async () => {
    const run = place.start(CRAC, ['run', '--image', 'image', '--engine', 'criu,path=none/criu', program]);
    await run.line(/isImplemented true/);
    const { code, stderr } = await place.crac('checkpoint', 'image');
    expect({ code, stderr: stderr.replaceAll(place.directory, 'PLACE') }).toMatchInlineSnapshot(`
      {
        "code": 70,
        "stderr": "crac: no engine that can work on this machine was found.
      These were found:
        PLACE/none/criu: there is no such file
      To install one: correct --engine or leave it out; crac engine install
      ",
      }
    `);
  });
});
