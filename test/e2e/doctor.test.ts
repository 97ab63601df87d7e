import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/doctor/examine.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { kernelNeeds } from '../../src/engine/criu/version.ts';
import { distributionsEngine } from '../doctor/old-engine.ts';
import { CRAC, type Ended, Place } from '../support/crac.ts';
import { criuPath } from '../support/engine.ts';
import { place } from '../support/own-place.ts';
import { copyWithoutNative } from '../support/package-copy.ts';
import { As, LESSER_ROOT, NOBODY, whyNoUsers } from '../support/user.ts';

const notRoot = process.geteuid?.() === 0 ? undefined : 'needs root';

const reportOf = ({ stdout, stderr }: Ended): Report => {
  try {
    return JSON.parse(stdout) as Report;
  } catch {
    throw new Error(`no report: ${stdout}${stderr}`);
  }
};

const find = (report: Report, id: string): Finding & { fixable?: boolean } => {
  const found = report.findings.find((one) => one.id === id);
  if (!found) throw new Error(`no ${id} in ${report.findings.map((one) => one.id).join(', ')}`);
  return found;
};

/** `crac doctor --json` through words before it and with variables. */
async function doctor(
  words: string[] = [],
  env: NodeJS.ProcessEnv = {},
  before: string[] = [],
): Promise<Report & { code: number | null }> {
  const [file = '', ...args] = [...before, CRAC, 'doctor', '--json', ...words];
  const ended = await place.start(file, args, { env: { JAVA_HOME: '', ...env } }).ended;
  return { ...reportOf(ended), code: ended.code };
}

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

test('an engine that was named and is not there', async () => {
  const report = await doctor([], { CRAC_CRIU_PATH: place.path('criu') });
  expect(report).toMatchObject({ code: 70, checkpoint: 'no', restore: 'no' });
  expect(find(report, 'engine.found')).toMatchObject({
    state: 'problem',
    seen: `CRAC_CRIU_PATH: ${place.path('criu')}: there is no such file`,
    mend: ['unset CRAC_CRIU_PATH'],
  });
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

test('what is not built is told, with how to build it', async () => {
  const crac = copyWithoutNative(place.directory);
  const ended = await place.start(crac, ['doctor', '--json']).ended;
  const report = reportOf(ended);
  expect({ code: ended.code, checkpoint: report.checkpoint }).toEqual({ code: 70, checkpoint: 'no' });
  expect(find(report, 'node.native-part')).toMatchObject({ state: 'problem', fixable: true });
  expect(find(report, 'node.native-part').mend.join()).toContain('npm run setup');
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
    expect(`${seen}\n${details}`).toMatch(/No space left on device|no room|is full/i);
  });
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
    expect(without).toMatchObject({ code: 70, checkpoint: 'no', restore: 'no' });
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

const why = whyNoUsers();
describe.skipIf(why)(`other callers${why ? ` (skipped: ${why})` : ''}`, () => {
  const as = async (caller: typeof NOBODY, around: string[] = []) => {
    const ended = await new As(place, caller, around).crac('doctor', '--json');
    return { ...reportOf(ended), code: ended.code };
  };

  test('an ordinary user who can never have a capability', async () => {
    const report = await as(NOBODY);
    expect(report, JSON.stringify(report)).toMatchObject({ code: 0, checkpoint: 'yes', restore: 'yes' });
    expect(find(report, 'caller.user').seen).toContain("a user's way");
    expect(find(report, 'caller.capabilities').seen).toBe(
      '0 effective, 0 in the bounding set; none is needed',
    );
    expect(find(report, 'caller.no-new-privileges').seen).toMatch(/^on;/);
  });

  test('a root who lacks a capability works as a user, and cannot restore images of root', async () => {
    const report = await as(LESSER_ROOT);
    expect(report).toMatchObject({ code: 0, checkpoint: 'yes', restore: 'yes' });
    expect(find(report, 'caller.capabilities')).toMatchObject({
      state: 'limit',
      seen: expect.stringContaining("missing for root's way: CAP_SYS_ADMIN"),
    });
  });

  test('user namespaces are forbidden: the setting is named', async () => {
    const inside = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"';
    const report = await as(LESSER_ROOT, ['unshare', '-U', '-r', 'sh', '-c', inside, 'sh']);
    expect(report).toMatchObject({ code: 70, checkpoint: 'no' });
    expect(find(report, 'kernel.user-namespaces')).toMatchObject({
      state: 'problem',
      seen: 'ENOSPC: user.max_user_namespaces=0 forbids them',
      mend: [
        'sysctl -w user.max_user_namespaces=15000',
        expect.stringContaining('/etc/sysctl.d/90-crac.conf'),
      ],
    });
  });
});

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
    expect(report).toMatchObject({ code: 70, checkpoint: 'no' });
    expect(find(report, 'engine.version')).toMatchObject({
      state: 'problem',
      seen: expect.stringContaining(`${version} is too old, ${minimum} is needed`),
      mend: ['unset CRAC_CRIU_PATH', 'crac engine install'],
    });
    expect(find(report, 'trial.checkpoint').state).toBe('problem');
  });

  test('a library is missing', async (context) => {
    if (!criu) return context.skip(unreachable);
    const [library = ''] = readdirSync(join(dirname(criu), '../lib')).filter((name) =>
      name.startsWith('libnl-3'),
    );
    rmSync(join(dirname(criu), '../lib', library));
    const report = await doctor([], { CRAC_CRIU_PATH: criu });
    expect(report).toMatchObject({ code: 70, checkpoint: 'no', restore: 'no' });
    expect(find(report, 'engine.found').seen).toContain('cannot open shared object file');
    expect(find(report, 'engine.libraries')).toMatchObject({ state: 'problem', seen: `missing: ${library}` });
  });
});

test.each([
  [['--for', 'lxc'], 'crac: --for lxc: expected docker, podman, kubernetes\n'],
  [['--seccomp-profile', 'x'], 'crac: --seccomp-profile x: expected user or capabilities\n'],
  [['now'], 'crac: crac doctor takes no words: now; see `crac doctor --help`\n'],
])('a wrong command line: crac doctor %s', async (words, stderr) => {
  expect(await place.crac('doctor', ...words)).toEqual({ code: 2, signal: null, stdout: '', stderr });
});
