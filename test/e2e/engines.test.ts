import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CRAC } from '../support/crac.ts';
import { crac, masked, noteProgram, place, portable, program, start } from '../support/portable-package.ts';

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
        direct    the process writes itself into an image (Linux, x64 and arm64)
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

      Without it: on Linux auto, or criu or direct where only that can be; simulate elsewhere.
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
    const env = {
      NODE_OPTIONS: `--require ${place.path('darwin.cjs')}`,
      GREETING: 'from darwin',
      CRAC_ENGINE: '',
    };
    const run = place.start(crac, ['run', program, '--image'], { env });
    const [, pid] = await run.line(/isImplemented true, restoreTime -1, (\d+)\n/);
    noteProgram(run, pid as string);
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
