import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { getJson, PROGRAMS, type Running } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { As, NOBODY, USER, whyNoUsers } from '../support/user.ts';
import { FORBID, WITH_OLD_CRIU, WITHOUT_CRIU } from '../support/without-criu.ts';

const why = process.arch === 'x64' ? whyNoUsers() : 'the engine direct is for x64';
const SERVER = join(PROGRAMS, 'http-server.js');

let port: number;
beforeEach(async () => {
  port = await place.ports();
});

const count = async (): Promise<number> => (await getJson<{ count: number }>(port)).count;

const engineOf = (image: string): string =>
  (JSON.parse(readFileSync(join(image, 'manifest.json'), 'utf8')) as { engine: { name: string } }).engine
    .name;

function start(as: As, ...words: string[]): Running {
  chmodSync(as.home, 0o755);
  return as.start(words, { PORT: String(port), CRAC_CRIU_PATH: '', CRAC_ENGINE: '' });
}

/** Runs, checkpoints and restores with the words that everybody uses. @returns the engine of the image */
async function cycle(as: As, script = SERVER): Promise<string> {
  const image = as.path('image');
  const program = start(as, 'run', '--image', image, script);
  expect(await count()).toBe(1);
  expect(await start(as, 'checkpoint', image).ended).toMatchObject({ code: 0, stderr: '' });
  expect(await program.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  const copy = start(as, 'restore', image);
  expect(await count()).toBe(2);
  copy.child.kill('SIGTERM');
  expect(await copy.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  return engineOf(image);
}

describe.skipIf(why)(`where nobody names an engine${why ? ` (skipped: ${why})` : ''}`, () => {
  test('it is chosen at the checkpoint where CRIU can be', async () => {
    expect(await cycle(new As(place, NOBODY))).toBe('direct');
    const script = place.path('with-a-child.cjs');
    const source = `require('node:child_process').spawn('sleep', ['1000'], { stdio: 'ignore' });
      require(${JSON.stringify(SERVER)});`;
    writeFileSync(script, source, { mode: 0o644 });
    expect(await cycle(new As(place, USER), script)).toBe('criu');
  });

  test('it is direct where no CRIU is installed, and crac doctor says so', async () => {
    const as = new As(place, NOBODY, WITHOUT_CRIU);
    expect(await cycle(as)).toBe('direct');
    const { code, stdout } = await start(as, 'doctor').ended;
    expect({ code, end: stdout.trimEnd().split('\n').slice(-3) }, stdout).toEqual({
      code: 0,
      end: [
        'criu: checkpoint: no; restore: no',
        'checkpoint: yes; restore: yes (direct)',
        '  crac run --image DIR app.js',
      ],
    });
  });

  test("it is direct where the distribution's CRIU is too old, which `crac run` finds out", async () => {
    expect(await cycle(new As(place, NOBODY, WITH_OLD_CRIU))).toBe('direct');
  });

  test('it is direct where a container forbids namespaces', async () => {
    const forbid = place.path('forbid');
    execFileSync('cc', ['-O1', '-o', forbid, FORBID]);
    expect(await cycle(new As(place, NOBODY, [forbid, 'unshare', '--']))).toBe('direct');
  });

  test('a signal asks for a checkpoint there, too', async () => {
    const forbid = place.path('forbid');
    execFileSync('cc', ['-O1', '-o', forbid, FORBID]);
    const as = new As(place, NOBODY, [forbid, 'unshare', '--']);
    const words = ['--image', as.path('image'), '--checkpoint-signal', 'SIGUSR2', SERVER];
    const program = start(as, 'run', ...words);
    expect(await count()).toBe(1);
    program.child.kill('SIGUSR2');
    expect(await program.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(engineOf(as.path('image'))).toBe('direct');
  });

  test('an option that only criu can carry out asks for it', async () => {
    const as = new As(place, NOBODY, WITHOUT_CRIU);
    const words = ['--network', 'private', '--min-pid', '300'];
    expect(await start(as, 'run', '--image', as.path('image'), ...words, SERVER).ended).toEqual({
      code: 70,
      signal: null,
      stdout: '',
      stderr: `crac: --network and --min-pid: only the engine criu can do that, and it is not here. Install it:
  crac engine install
Without these options the program can be started here as it is
`,
    });
  });
});
