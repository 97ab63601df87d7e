import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, get, getJson, PROGRAMS, pause, type Running } from '../support/crac.ts';
import { engineThat } from '../support/engine.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
async function start(env: NodeJS.ProcessEnv = {}, directory = image): Promise<Running> {
  const running = place.start(CRAC, ['run', '--image', directory, join(PROGRAMS, 'http-server.js')], {
    env: { PORT: String(PORT), ...env },
  });
  await running.line(/listening on/);
  return running;
}

const count = async (): Promise<number> => (await getJson<{ count: number }>(PORT)).count;

/**
 * Expects that the program answers with its state, can be checkpointed after all, and nothing else is left of the
 * failure.
 */
async function goesOn(running: Running, expected: { count: number; files: string[] }): Promise<void> {
  expect(await count()).toBe(expected.count);
  await expect.poll(() => files(), { timeout: 20_000 }).toEqual(expected.files);
  expect(await place.crac('checkpoint', String(running.pid), '--image', place.path('good'))).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  const again = place.start(CRAC, ['restore', place.path('good')]);
  expect(await count()).toBe(expected.count + 1);
  again.child.kill('SIGTERM');
  expect(await again.ended).toMatchObject({ code: 0, signal: null });
  await expect.poll(() => processes(), { timeout: 20_000 }).toEqual([]);
  expect(records()).toEqual([]);
}

const OURS = /^(run|good|engine-.*)$/;
const files = (): string[] =>
  readdirSync(place.directory)
    .filter((name) => !OURS.test(name))
    .sort();
const records = (): string[] => readdirSync(place.path('run')).filter((name) => /^\d/.test(name));

/** Lists everything that works in the test's directory, as all that it starts does. */
function processes(): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`).startsWith(place.directory);
    } catch {
      return false; // ended meanwhile
    }
  });
}

const shown = (text: string): string =>
  text.replaceAll(place.directory, 'HERE').replace(/\S+criu: /, 'criu: ');

test('an option that the engine does not know', async () => {
  const running = await start();
  const { code, stdout, stderr } = await place.crac('checkpoint', image, '--engine-option=--no-such');
  expect({ code, stdout, stderr: shown(stderr) }).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "crac: the engine could not dump the program (exit code 1); the program goes on
    The engine does not take the option --no-such as it was given: it is misspelt, or belongs to another version of CRIU. [CRIU_OPTION]
      criu: unrecognized option '--no-such'
    What to do: See which options this version has, and which version it is:
      criu --help
      criu --version
    ",
      "stdout": "",
    }
  `);
  await goesOn(running, { count: 1, files: [] });
});

describe.skipIf(process.getuid?.() !== 0)('a disk (needs root for a small file system)', () => {
  const disk = () => place.path('disk');
  const mounted = async (size: string, action: () => Promise<void>): Promise<void> => {
    mkdirSync(disk());
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk()]);
    try {
      await action();
    } finally {
      execFileSync('umount', ['-l', disk()]);
    }
  };

  test('that is too small is told before the program stands still', () =>
    mounted('4m', async () => {
      const running = await start({}, join(disk(), 'image'));
      const { code, stdout, stderr } = await place.crac('checkpoint', join(disk(), 'image'));
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(shown(stderr).replace(/\d+\.\d MiB/g, 'N MiB')).toMatchInlineSnapshot(`
        "crac: the checkpoint failed; the program goes on
        The checkpoint failed with 1 error; no image was made, the program goes on:

        1. EngineError: the disk of HERE/disk is too small: the image takes up to N MiB, and N MiB are free; nothing was written, the program goes on.
             Make room (df -h HERE/disk), or write it elsewhere:
               crac checkpoint … --image DIR (ERR_CRAC_ENGINE_FAILED)
        "
      `);
      expect(readdirSync(disk())).toEqual([]);
      await goesOn(running, { count: 1, files: ['disk'] });
    }));

  test('that another fills while the engine writes', () =>
    mounted('64m', async () => {
      const running = await start({}, join(disk(), 'image'));
      const checkpoint = place.crac('checkpoint', join(disk(), 'image'));
      while (!readdirSync(disk()).some((name) => name.startsWith('image.partial-'))) await pause(1);
      fill(join(disk(), 'other'));
      const { code, stdout, stderr } = await checkpoint;
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^crac: .*(?:no room is left|No space left|no room left)/ims);
      expect(stderr).not.toMatch(/^ +at /m);
      expect(readdirSync(disk()).filter((name) => name.includes('partial'))).toEqual([]);
      await goesOn(running, { count: 1, files: ['disk'] });
    }));

  test('need have room for the memory only once', () =>
    mounted('330m', async () => {
      const program = place.path('large.cjs');
      writeFileSync(
        program,
        `globalThis.kept = [Buffer.alloc(120 << 20, 1), Array.from({ length: 1e5 }, (_, i) => ({ i, text: 'x'.repeat(600) + i }))];
        globalThis.kept[1].forEach((each) => JSON.stringify(each.text));
        require('http').createServer((request, response) => response.end(String(kept[1].length))).listen(${PORT}, '127.0.0.1', () => console.log('ready'));`,
      );
      const running = place.start(CRAC, ['run', '--image', join(disk(), 'image'), program]);
      await running.line(/ready/);
      expect(await place.crac('checkpoint', join(disk(), 'image'))).toMatchObject({ code: 0, stderr: '' });
      await running.ended;
      const used = Number(execFileSync('du', ['-sm', disk()], { encoding: 'utf8' }).split('\t')[0]);
      expect(used * 2).toBeGreaterThan(330); // else it says nothing
      const copy = place.start(CRAC, ['restore', join(disk(), 'image')]);
      expect(await get(PORT)).toBe('100000');
      copy.child.kill('SIGTERM');
      await copy.ended;
    }));
});

/** Takes all the room that is left, and what is given back meanwhile. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(1 << 20);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}

describe('the program is killed', () => {
  test('while its hooks run', async () => {
    const program = place.path('app.cjs');
    writeFileSync(
      program,
      `const { getGlobalContext } = require(${JSON.stringify(join(import.meta.dirname, '../../dist/index.cjs'))});
      globalThis.held = { beforeCheckpoint: () => { console.log('hook'); return new Promise(() => {}); } };
      getGlobalContext().register(held, { timeout: 600000 });
      setInterval(() => {}, 1000);
      console.log('ready');`,
    );
    const running = place.start(CRAC, ['run', '--image', image, program]);
    await running.line(/ready/);
    const checkpoint = place.crac('checkpoint', image);
    await running.line(/hook/);
    running.child.kill('SIGKILL');
    expect(await checkpoint).toMatchObject({
      code: 1,
      stdout: '',
      stderr:
        'crac: the program ended before it could be checkpointed; its own output says why.\nStart it again with `crac run`\n',
    });
    await expect.poll(() => processes(), { timeout: 20_000 }).toEqual([]);
    expect(files()).toEqual(['app.cjs']);
  });

  test('while it is dumped', async () => {
    const engine = engineThat(
      place,
      'dump',
      `touch '${place.path('engine-runs')}'; sleep 1; exec "$CRIU" "$@"`,
    );
    const running = await start();
    const checkpoint = place.start(CRAC, ['checkpoint', image], { env: { CRAC_CRIU_PATH: engine } });
    await exists(place.path('engine-runs'));
    running.child.kill('SIGKILL');
    expect(await checkpoint.ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'crac: the program ended while it was being checkpointed; no image was made\n',
    });
    await expect.poll(() => processes(), { timeout: 20_000 }).toEqual([]);
    expect(files()).toEqual([]);
    expect((await place.crac('ps', '--json')).stdout).toBe('[]\n');
  });
});

test('a checkpoint that is asked for twice at once is made once', async () => {
  const program = place.path('app.cjs');
  writeFileSync(
    program,
    `const { getGlobalContext } = require(${JSON.stringify(join(import.meta.dirname, '../../dist/index.cjs'))});
    const fs = require('node:fs');
    globalThis.held = {
      beforeCheckpoint: async () => {
        console.log('hook');
        while (!fs.existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 10));
      },
    };
    getGlobalContext().register(held);
    setInterval(() => {}, 1000);
    console.log('ready');`,
  );
  const running = place.start(CRAC, ['run', '--image', image, program]);
  await running.line(/ready/);
  const first = place.crac('checkpoint', image);
  await running.line(/hook/);
  const second = await place.crac('checkpoint', image);
  expect(second).toMatchInlineSnapshot(`
    {
      "code": 1,
      "signal": null,
      "stderr": "crac: the checkpoint failed; the program goes on
    The checkpoint failed with 1 error; no image was made, the program goes on:

    1. RecursiveCheckpointError: A checkpoint of this program is going on already. Wait for the first one to settle before asking again, and never ask from within a hook. (ERR_CRAC_RECURSIVE_CHECKPOINT)
    ",
      "stdout": "",
    }
  `);
  writeFileSync(place.path('go'), '');
  expect(await first).toMatchObject({ code: 0, stderr: '' });
  expect(await running.ended).toMatchObject({ code: 0, signal: null });
});

describe('an engine that hangs', () => {
  test('at the dump is ended after --timeout', async () => {
    const engine = engineThat(place, 'dump', 'sleep 1000');
    const running = await start();
    const checkpoint = place.start(CRAC, ['checkpoint', image, '--timeout', '1'], {
      env: { CRAC_CRIU_PATH: engine },
    });
    const { code, stdout, stderr } = await checkpoint.ended;
    expect({ code, stdout, stderr }).toMatchInlineSnapshot(`
      {
        "code": 74,
        "stderr": "crac: the engine could not dump the program (exit code 74); the program goes on
        crac: the engine did not finish within 1 s and was ended; give it longer with --timeout
      ",
        "stdout": "",
      }
    `);
    await goesOn(running, { count: 1, files: [] });
  });

  test('at the restore is ended after --timeout', async () => {
    const engine = engineThat(place, 'restore', 'sleep 1000');
    const running = await start({ CRAC_CRIU_PATH: engine });
    const checkpoint = place.start(CRAC, ['checkpoint', image], { env: { CRAC_CRIU_PATH: engine } });
    expect(await checkpoint.ended).toMatchObject({ code: 0 });
    await running.ended;
    const { code, stdout, stderr } = await place.crac('restore', image, '--timeout', '1');
    expect({ code, stdout, stderr: shown(stderr) }).toMatchInlineSnapshot(`
      {
        "code": 74,
        "stderr": "crac: cannot restore HERE/image: the engine did not finish within 1 s and was ended; give it longer with --timeout
      ",
        "stdout": "",
      }
    `);
    await expect.poll(() => processes(), { timeout: 20_000 }).toEqual([]);
    expect({ files: files(), records: records() }).toEqual({ files: ['image'], records: [] });
  });
});

describe('Ctrl-C', () => {
  /** Sends a signal as a terminal does: to every process of the foreground group. */
  const interrupt = ({ pid }: Running) => process.kill(-pid, 'SIGINT');

  test('in the middle of crac checkpoint lets the engine end its work, and the program goes on', async () => {
    const engine = engineThat(
      place,
      'dump',
      `touch '${place.path('engine-runs')}'; sleep 1; "$CRIU" "$@"; code=$?; touch '${place.path('engine-ended')}'; exit $code`,
    );
    const running = await start();
    const checkpoint = place.start(CRAC, ['checkpoint', image], {
      env: { CRAC_CRIU_PATH: engine },
      detached: true,
    });
    await exists(place.path('engine-runs'));
    interrupt(checkpoint);
    const { code, signal, stdout, stderr } = await checkpoint.ended;
    expect({ code, signal, stdout, stderr: shown(stderr) }).toMatchInlineSnapshot(`
      {
        "code": 130,
        "signal": null,
        "stderr": "crac: SIGINT: the checkpoint is given up as soon as the engine has let go of the program
      crac: the checkpoint was interrupted by SIGINT; no image was made, the program goes on
      ",
        "stdout": "",
      }
    `);
    expect(existsSync(place.path('engine-ended'))).toBe(true);
    await goesOn(running, { count: 1, files: [] });
  });

  test('in the middle of crac restore ends it', async () => {
    const engine = engineThat(place, 'restore', `touch '${place.path('engine-runs')}'; sleep 1000`);
    const running = await start();
    const checkpoint = place.start(CRAC, ['checkpoint', image], { env: { CRAC_CRIU_PATH: engine } });
    expect(await checkpoint.ended).toMatchObject({ code: 0 });
    await running.ended;
    for (const options of [[], ['--listen', `${PORT}=${PORT + 1}`]]) {
      const restore = place.start(CRAC, ['restore', image, ...options], { detached: true });
      await exists(place.path('engine-runs'));
      interrupt(restore);
      expect(await restore.ended).toMatchObject({ code: null, signal: 'SIGINT', stdout: '', stderr: '' });
      await expect.poll(() => processes(), { timeout: 20_000 }).toEqual([]);
      expect({ files: files(), records: records() }).toEqual({ files: ['image'], records: [] });
      execFileSync('rm', [place.path('engine-runs')]);
    }
  });
});

describe('crac checkpoint is killed', () => {
  test('while the engine works: the program goes on when that is done', async () => {
    const engine = engineThat(
      place,
      'dump',
      `"$CRIU" "$@"; code=$?; touch '${place.path('engine-ended')}'; sleep 1; exit $code`,
    );
    const running = await start();
    expect(await count()).toBe(1);
    const checkpoint = place.start(CRAC, ['checkpoint', image], { env: { CRAC_CRIU_PATH: engine } });
    await exists(place.path('engine-ended'));
    checkpoint.child.kill('SIGKILL');
    await checkpoint.ended;
    await goesOn(running, { count: 2, files: [] });
  });

  test('while the hooks run: the program goes on', async () => {
    const program = place.path('app.cjs');
    writeFileSync(
      program,
      `const { getGlobalContext } = require(${JSON.stringify(join(import.meta.dirname, '../../dist/index.cjs'))});
      const fs = require('node:fs');
      globalThis.held = {
        beforeCheckpoint: async () => {
          console.log('hook');
          while (!fs.existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 10));
        },
        afterRestore: () => console.log('afterRestore'),
      };
      getGlobalContext().register(held);
      setInterval(() => {}, 1000);
      console.log('ready');`,
    );
    const running = place.start(CRAC, ['run', '--image', image, program]);
    await running.line(/ready/);
    const checkpoint = place.start(CRAC, ['checkpoint', image]);
    await running.line(/hook/);
    checkpoint.child.kill('SIGKILL');
    await checkpoint.ended;
    writeFileSync(place.path('go'), '');
    await running.line(/afterRestore/);
    expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
    expect(await running.ended).toMatchObject({ code: 0, stdout: 'ready\nhook\nafterRestore\nhook\n' });
  });
});

async function exists(path: string): Promise<void> {
  for (const until = Date.now() + 60_000; !existsSync(path); await pause(10))
    if (Date.now() > until) throw new Error(`no ${path}`);
}
