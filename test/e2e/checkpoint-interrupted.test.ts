import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, pause, type Running } from '../support/crac.ts';
import { engineThat } from '../support/engine.ts';
import { count, files, goesOn, PORT, processes, records, shown, start } from '../support/goes-on.ts';
import { image, place } from '../support/own-place.ts';

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
