import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, PROGRAMS } from '../support/crac.ts';
import { doctor, find, reportOf } from '../support/doctor.ts';
import { criuPath } from '../support/engine.ts';
import { image, place } from '../support/own-place.ts';
import { copyPackage, copyWithoutNative } from '../support/package-copy.ts';

const notRoot = process.geteuid?.() === 0 ? undefined : 'needs root';

test('G2: a machine that can do both, told in groups with the answer last', async () => {
  const { code, stdout, stderr } = await place.crac('doctor');
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  const titles = stdout.split('\n').filter((line) => /^[a-z]+$/.test(line));
  expect(titles.slice(0, 8)).toEqual([
    'engine',
    'caller',
    'kernel',
    'container',
    'place',
    'cpu',
    'node',
    'trial',
  ]);
  expect(stdout).toContain(criuPath());
  expect(stdout).toMatch(/\ndirect: checkpoint: yes \([\d.]+ m?s\); restore: yes \([\d.]+ m?s\)\n/);
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
    /^checkpoint: yes \([\d.]+ m?s\); restore: yes \([\d.]+ m?s\)/,
  );
});

test('the trial leaves nothing behind, also after Ctrl-C', async () => {
  const temporary = place.path('tmp');
  mkdirSync(temporary);
  const env = { TMPDIR: temporary };
  expect(await place.start(CRAC, ['doctor'], { env }).ended).toMatchObject({ code: 0 });
  expect(readdirSync(temporary)).toEqual([]);

  const interrupted = place.start(CRAC, ['doctor'], { env, detached: true });
  while (readdirSync(temporary).length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  process.kill(-interrupted.pid, 'SIGINT'); // a terminal asks the whole group
  expect(await interrupted.ended).toMatchObject({ code: null, signal: 'SIGINT' });
  expect(readdirSync(temporary)).toEqual([]);
  expect((await place.crac('ps')).stdout).not.toContain('program.cjs');
});

test('what is not built is told, with how to build it', async () => {
  const crac = copyWithoutNative(place.directory);
  const ended = await place.start(crac, ['doctor', '--json']).ended;
  const report = reportOf(ended);
  expect({ code: ended.code, checkpoint: report.checkpoint }).toEqual({ code: 70, checkpoint: 'no' });
  expect(find(report, 'node.native-part')).toMatchObject({ state: 'problem', fixable: true });
  const build = join(dirname(crac), '../scripts/build.mjs');
  expect(find(report, 'node.native-part').mend).toEqual([`node ${build} native`]);

  // The commands that need it say the same.
  const run = await place.start(crac, ['run', '--image', image, join(PROGRAMS, 'http-server.js')]).ended;
  expect(run.code).toBe(70);
  expect(run.stderr).toMatch(/^crac: the native part cannot be used: not built: .*crac-native/);
  expect(run.stderr).toContain(`Build it:\n  node ${build} native\n`);
});

test('a native part for another kind of machine is told, with how to build it', async () => {
  const copy = copyPackage(place.directory);
  const native = join(copy, 'native/build/crac-native');
  const bytes = readFileSync(native);
  bytes.writeUInt16LE(bytes.readUInt16LE(18) + 1, 18); // e_machine
  writeFileSync(native, bytes);
  const { code, stderr } = await place.start(join(copy, 'bin/crac'), [
    'run',
    '--image',
    image,
    join(PROGRAMS, 'http-server.js'),
  ]).ended;
  expect({ code, stderr }).toEqual({
    code: 70,
    stderr: `crac: the native part cannot be used: ${native} was built for another kind of machine. Build it:\n  node ${copy}/scripts/build.mjs native\n`,
  });
});

test('a limit on the size of files is found, and by the trial too', async () => {
  const report = await doctor([], {}, ['prlimit', '--fsize=102400:102400']);
  expect(report).toMatchObject({ code: 70, checkpoint: 'no' });
  expect(find(report, 'caller.limits')).toMatchObject({ state: 'problem', mend: ['ulimit -f unlimited'] });
  expect(find(report, 'trial.checkpoint').state).toBe('problem');
});

describe('the place for images', () => {
  test('--fix makes the directory, says so before, and has nothing to do the second time', async () => {
    const image = place.path('a/b/image');
    const first = await place.crac('doctor', '--fix', '--image', image);
    expect(first).toMatchObject({
      code: 0,
      stderr: `crac: place.image: making the directory ${dirname(image)}\n`,
    });
    expect(existsSync(dirname(image))).toBe(true);
    const second = await place.crac('doctor', '--fix', '--image', image);
    expect(second).toMatchObject({ code: 0, stderr: 'crac: there is nothing here that --fix can do\n' });
  });

  test('one that cannot be written', async () => {
    const report = await doctor(['--image', '/proc/image']);
    expect(report).toMatchObject({ code: 70, checkpoint: 'no', restore: 'unknown' });
    expect(find(report, 'trial.checkpoint').seen).toMatch(/^failed: ENOENT: .*\/proc\/crac-doctor-/);
  });

  test.skipIf(notRoot)(`a file system without room${notRoot ? ` (skipped: ${notRoot})` : ''}`, async () => {
    const inside = 'mount -t tmpfs -o size=2m tmpfs "$1" && shift && exec "$@"';
    mkdirSync(place.path('small'));
    const before = ['unshare', '-m', 'sh', '-c', inside, 'sh', place.path('small')];
    const report = await doctor(['--image', place.path('small/image')], {}, before);
    expect(report).toMatchObject({ code: 70, checkpoint: 'no' });
    expect(find(report, 'place.image')).toMatchObject({
      state: 'limit',
      seen: expect.stringMatching(/tmpfs, 2.0 MiB free$/),
    });
    const { seen, details } = find(report, 'trial.checkpoint');
    expect(`${seen}\n${details}`).toMatch(
      /is too small: the image takes up to [\d.]+ MiB, and [\d.]+ MiB are free/,
    );
  });
});

test('--fix closes a runtime directory of ours that is open to others', async () => {
  mkdirSync(place.path('run'));
  chmodSync(place.path('run'), 0o777);
  const report = await doctor();
  expect(report).toMatchObject({ code: 70, checkpoint: 'no', restore: 'no' });
  expect(find(report, 'place.runtime-directory')).toMatchObject({
    state: 'problem',
    mend: [`chmod 700 ${place.path('run')}`],
  });
  const fixed = await place.crac('doctor', '--fix');
  expect(fixed).toMatchObject({
    code: 0,
    stderr: `crac: place.runtime-directory: closing ${place.path('run')} to others (mode 700)\ncrac: place.engine-cache: making the engine's cache of what this kernel can do: ${place.path('run')}/criu.kdat\n`,
  });
});

test('a kept trial is restored somewhere else', async () => {
  const kept = place.path('kept');
  expect(await doctor(['--keep-trial', kept])).toMatchObject({ code: 0, checkpoint: 'yes', restore: 'yes' });
  const again = await doctor(['--from-trial', kept]);
  expect(again).toMatchObject({ code: 1, checkpoint: 'unknown', restore: 'yes' });
  rmSync(join(kept, 'image'), { recursive: true });
  const report = await doctor(['--from-trial', kept]);
  expect(report).toMatchObject({ code: 70, restore: 'no' });
  expect(find(report, 'trial.restore').seen).toContain('no image at');
});

test.each([
  [['--for', 'lxc'], 'crac: --for lxc: expected docker, podman, kubernetes\n'],
  [['--seccomp-profile', 'x'], 'crac: --seccomp-profile x: expected user or capabilities\n'],
  [['now'], 'crac: crac doctor takes no words: now; see `crac doctor --help`\n'],
])('a wrong command line: crac doctor %s', async (words, stderr) => {
  expect(await place.crac('doctor', ...words)).toEqual({ code: 2, signal: null, stdout: '', stderr });
});
