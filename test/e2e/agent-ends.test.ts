import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, pause, ROOT, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

const LIBRARY = JSON.stringify(join(ROOT, 'dist/index.cjs'));

/** The start of a program that asks for its own checkpoint twice; `held` blocks its only thread until the test lets go. */
const PROGRAM = `
  const fs = require('node:fs');
  const { checkpointRestore, getGlobalContext } = require(${LIBRARY});
  const held = (name) => { fs.writeSync(1, name + '\\n'); while (!fs.existsSync('let-go')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10); };
  const told = (error) => console.log('rejected: ' + error.code + ' ' + error.message);`;

const LAST = `
  hook = () => {};
  await checkpointRestore();
  console.log('restored');`;

/** Ends the process that carries out a checkpoint of a program of this test. */
async function endAgent(): Promise<void> {
  const isAgent = (pid: string) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words[2] === '__agent' && words[3]?.startsWith(place.path('run'));
    } catch {
      return false;
    }
  };
  for (;;) {
    const found = readdirSync('/proc').find((name) => Number(name) > 0 && isAgent(name));
    if (found) return void process.kill(Number(found), 'SIGKILL');
    await pause(5);
  }
}

/** @returns what is said of the first call; the second one makes the image */
async function rejected(run: Running): Promise<string> {
  await run.line(/held\n/);
  await endAgent();
  writeFileSync(place.path('let-go'), '');
  await run.line(/rejected: .*\n/);
  const ended = await run.ended;
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(ended.stdout).not.toContain('restored');
  expect(await place.crac('restore', image)).toMatchObject({ code: 0, stdout: 'restored\n' });
  return ended.stdout;
}

describe.each(['criu', 'direct'])(
  'the process that carries out what the program asked for is killed: %s',
  (engine) => {
    const start = (before: string, first: string) => {
      const script = place.path('program.cjs');
      writeFileSync(script, `${PROGRAM}\n(async () => {\n${before}\n${first}\n${LAST}\n})();`);
      return place.start(CRAC, ['run', '--engine', engine, '--image', image, script]);
    };

    test('before it has begun; if it is faster than that, in the first hook', async () => {
      const text = await rejected(
        start(
          `let hook = () => held('held'); const resource = { beforeCheckpoint: () => hook() }; getGlobalContext().register(resource);`,
          `const first = checkpointRestore().catch(told); setTimeout(held, 20, 'held'); await first;`,
        ),
      );
      expect(text).toMatch(/ERR_CRAC_CHECKPOINT_FAILED .*\n.*EngineError: the process that was to/);
    });

    test('in the middle of the hooks', async () => {
      const text = await rejected(
        start(
          `let hook = () => held('held'); const resource = { beforeCheckpoint: () => hook() }; getGlobalContext().register(resource);`,
          `await checkpointRestore().catch(told);`,
        ),
      );
      expect(text).toMatch(
        /ERR_CRAC_CHECKPOINT_FAILED .*\n.*EngineError: the process that was to dump this program has gone away/,
      );
    });
  },
);

test('one that cannot be started: direct', async () => {
  const script = place.path('program.cjs');
  const broken = `const own = process.execPath; process.execPath = '/none/such'; await checkpointRestore().catch(told); process.execPath = own;`;
  writeFileSync(script, `${PROGRAM}\n(async () => {\nlet hook;\n${broken}\n${LAST}\n})();`);
  const ended = await place.start(CRAC, ['run', '--engine', 'direct', '--image', image, script]).ended;
  expect(ended).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^rejected: ERR_CRAC_CHECKPOINT_FAILED/),
  });
  expect(await place.crac('restore', image)).toMatchObject({ code: 0, stdout: 'restored\n' });
});

test('simulate', async () => {
  const script = place.path('program.cjs');
  writeFileSync(
    script,
    `${PROGRAM}\n(async () => { const first = checkpointRestore().catch(told); setTimeout(held, 20, 'held'); await first; })();`,
  );
  const run = place.start(CRAC, ['run', '--engine', 'simulate', script]);
  await run.line(/held\n/);
  await endAgent();
  writeFileSync(place.path('let-go'), '');
  expect(await run.ended).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/rejected: .*\n.*EngineError: the process that was to/),
  });
});
