import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kernelNeeds } from '../../src/command/engines/criu/install/version.ts';
import { distributionsEngine } from '../command/doctor/old-engine.ts';
import { CRAC, Place } from '../support/crac.ts';
import { doctor, find, reportOf } from '../support/doctor.ts';
import { criuPath } from '../support/engine.ts';
import { place } from '../support/own-place.ts';
import { copyPackage } from '../support/package-copy.ts';

const notRoot = process.geteuid?.() === 0 ? undefined : 'needs root';

test('an engine that was named and is not there', async () => {
  const report = await doctor([], { CRAC_CRIU_PATH: place.path('criu') });
  expect(report).toMatchObject({
    code: 0,
    checkpoint: 'yes',
    restore: 'yes',
    engine: 'direct',
    engines: { criu: { checkpoint: 'no', restore: 'no' }, direct: { checkpoint: 'yes', restore: 'yes' } },
  });
  expect(find(report, 'engine.found')).toMatchObject({
    state: 'problem',
    seen: `CRAC_CRIU_PATH: ${place.path('criu')}: there is no such file`,
    mend: ['unset CRAC_CRIU_PATH'],
  });
});

test('without CRIU the answer is the engine that needs none, with how to ask for it', async () => {
  const { code, stdout } = await place.start(CRAC, ['doctor'], {
    env: { CRAC_CRIU_PATH: place.path('criu') },
  }).ended;
  expect({ code, end: stdout.trimEnd().split('\n').slice(-3) }, stdout).toEqual({
    code: 0,
    end: [
      'criu: checkpoint: no; restore: no',
      'checkpoint: yes; restore: yes (direct)',
      '  crac run --image DIR app.js',
    ],
  });
});

test('where the engine direct cannot be, that is told and nothing is tried', async () => {
  const copy = copyPackage(place.directory);
  rmSync(join(copy, 'native/build/direct.so'));
  const report = reportOf(await place.start(join(copy, 'bin/crac'), ['doctor', '--json']).ended);
  expect(report.engines.direct).toEqual({ checkpoint: 'no', restore: 'no' });
  expect(find(report, 'direct.machine').seen).toMatch(
    /^needs glibc, and this node-crac has it not: .* is missing$/,
  );
  expect(find(report, 'direct.checkpoint').seen).toBe('not tried: direct.machine comes first');
});

test('G2: SUID bit and file capabilities of the engine are seen, and that none is needed', async () => {
  const copy = place.path('criu');
  copyFileSync(criuPath(), copy);
  const seen = async () => find(await doctor([], { CRAC_CRIU_PATH: copy }), 'engine.privileges').seen;
  expect(await seen()).toBe('no SUID bit and no file capabilities: none is needed');
  if (notRoot) return;
  execFileSync('setcap', ['cap_checkpoint_restore,cap_setpcap+eip', copy]);
  expect(await seen()).toBe('CAP_SETPCAP, CAP_CHECKPOINT_RESTORE');
  chmodSync(copy, 0o4755);
  expect(await seen()).toBe("SUID bit of root: everybody who can start it has root's rights in it");
});

test.skipIf(notRoot)(
  `--fix installs an engine where there is none, once${notRoot ? ` (skipped: ${notRoot})` : ''}`,
  { timeout: 300_000 },
  async (context) => {
    const hidden =
      'for d in /usr/local/lib/node-crac /usr/local/sbin; do mkdir -p $d; mount -t tmpfs tmpfs $d; done; exec "$@"';
    const before = ['unshare', '-m', 'sh', '-c', hidden, 'sh'];
    const env = { HOME: place.path('home'), CRAC_HOME: place.path('crac'), CRAC_CRIU_PATH: '' };
    const without = await doctor([], env, before);
    expect(without).toMatchObject({ code: 0, engines: { criu: { checkpoint: 'no', restore: 'no' } } });
    expect(find(without, 'engine.found')).toMatchObject({
      state: 'problem',
      mend: ['crac engine install'],
      fixable: true,
    });

    const [file = '', ...args] = [...before, CRAC, 'doctor', '--fix'];
    const fixed = await place.start(file, args, { env }).ended;
    if (/cannot be reached/.test(fixed.stderr)) return context.skip('no archive can be reached here');
    expect(fixed, fixed.stderr).toMatchObject({ code: 0 });
    expect(fixed.stderr.split('\n')[0]).toBe(
      "crac: engine.found: installing an engine from the distribution's archive into a directory of its own",
    );
    expect(fixed.stdout).toContain(`${place.path('crac/engine/criu-')}`);
    const again = await place.start(file, args, { env }).ended;
    expect(again).toMatchObject({ code: 0, stderr: 'crac: there is nothing here that --fix can do\n' });
  },
);

describe("the distribution's engine", () => {
  const own = new Place();
  let criu: string | undefined;
  let unreachable = '';
  beforeAll(async () => {
    try {
      criu = await distributionsEngine(own.path('engine'));
    } catch (error) {
      unreachable = (error as Error).message; // no archive here: the tests below say so and are skipped
    }
  }, 300_000);
  afterAll(() => own.close());

  test('G2: too old for this kernel, with what mends it', async (context) => {
    if (!criu) return context.skip(unreachable);
    const version = /Version: (\S+)/.exec(execFileSync(criu, ['--version'], { encoding: 'utf8' }))?.[1] ?? '';
    const { minimum } = kernelNeeds(release());
    if (version >= minimum) return context.skip(`${version} is good enough here`);
    const report = await doctor([], { CRAC_CRIU_PATH: criu });
    expect(report.engines.criu).toMatchObject({ checkpoint: 'no' });
    expect(find(report, 'engine.version')).toMatchObject({
      state: 'problem',
      seen: expect.stringContaining(`${version} is too old, ${minimum} is needed`),
      mend: ['unset CRAC_CRIU_PATH', 'crac engine install'],
    });
    expect(find(report, 'trial.checkpoint').state).toBe('problem');
  });

  test('G2: a JDK that brings it is told of the engine that is good enough', async (context) => {
    if (!criu) return context.skip(unreachable);
    mkdirSync(place.path('lib'));
    copyFileSync(criu, place.path('lib/criu'));
    chmodSync(place.path('lib/criu'), 0o4755);
    const report = await doctor(['--java-home', place.directory]);
    if (find(report, 'java.version').state === 'ok') return context.skip('good enough here');
    expect(report).toMatchObject({ code: 70, checkpoint: 'yes', restore: 'yes', java: 'no' });
    expect(find(report, 'java.version')).toMatchObject({
      state: 'problem',
      seen: expect.stringContaining('is too old'),
      mend: [`export CRAC_CRIU_PATH=${criuPath()}   # Java takes this one instead`],
    });
  });

  test('a library is missing', async (context) => {
    if (!criu) return context.skip(unreachable);
    // One that no machine has: what is missing beside the engine may be installed in the system.
    const library = 'libnl-9.so.200';
    const binary = readFileSync(criu, 'latin1');
    writeFileSync(criu, binary.replaceAll('libnl-3.so.200', library), 'latin1');
    const report = await doctor([], { CRAC_CRIU_PATH: criu });
    expect(report.engines.criu).toEqual({ checkpoint: 'no', restore: 'no' });
    expect(find(report, 'engine.found').seen).toContain('cannot open shared object file');
    expect(find(report, 'engine.libraries')).toMatchObject({ state: 'problem', seen: `missing: ${library}` });
  });
});
