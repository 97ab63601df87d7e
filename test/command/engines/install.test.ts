import { execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { AptRoot } from '../../../src/command/engines/criu/install/apt-root.ts';
import { readAptSources } from '../../../src/command/engines/criu/install/apt-sources.ts';
import { mainArchives, thisDistribution } from '../../../src/command/engines/criu/install/apt-suites.ts';
import { findCriu } from '../../../src/command/engines/criu/install/find.ts';
import { installCriu } from '../../../src/command/engines/criu/install/install.ts';
import type { CriuInstall } from '../../../src/command/engines/criu/install/install-record.ts';
import { warmKdat } from '../../../src/command/engines/criu/install/kdat.ts';

const execute = promisify(execFile);
const MINUTES = 5 * 60_000;
const NOBODY = 65534;

let base: string;
let program: string;
let installed: CriuInstall | undefined;
let impossible: string | undefined;
const progress: string[] = [];

/** The real thing, once, for all tests here. */
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'crac-install-'));
  await chmod(base, 0o755);
  program = join(base, 'install.mjs');
  const source = join(import.meta.dirname, '../../../src/command/engines/criu/install');
  const stdin = {
    contents: `import { installCriu } from './install.ts';
      const install = await installCriu({ progress: (line) => console.error(line) });
      console.log(JSON.stringify(install));`,
    resolveDir: source,
    loader: 'ts' as const,
  };
  buildSync({ stdin, bundle: true, platform: 'node', format: 'esm', outfile: program, logLevel: 'error' });
  await chmod(program, 0o644);
  try {
    installed = await installCriu({ prefix: join(base, 'own'), progress: (line) => progress.push(line) });
  } catch (error) {
    const { reason, message } = error as { reason?: string; message: string };
    if (reason !== 'unreachable' && reason !== 'package-manager') throw error;
    impossible = `SKIPPED, the engine cannot be installed here: ${message}`;
    console.warn(impossible);
  }
}, MINUTES);

afterAll(() => rm(base, { recursive: true, force: true }));

/** Skips aloud where there is no network or no apt. */
function engine({ skip }: TestContext): CriuInstall {
  if (!installed) skip(impossible);
  return installed as CriuInstall;
}

test('CRIU is installed, starts by itself and finds the kernel good', async (context) => {
  const { path, version, suitable } = engine(context);
  expect(suitable).toBe(true);
  expect(path).toBe(join(base, `own/criu-${version}/bin/criu`));
  expect((await execute(path, ['--version'])).stdout).toContain(`Version: ${version}`);
  expect(progress.join('\n')).toMatch(process.geteuid?.() === 0 ? /criu check: Looks/ : /criu check/);
  expect(await readdir(join(base, 'own'))).toEqual([`criu-${version}`]);
});

test('it uses nothing of the system: its loader and every library are its own', async (context) => {
  const { path } = engine(context);
  const { stdout } = await execute(path, ['--version'], {
    env: { LD_DEBUG: 'libs', LD_DEBUG_OUTPUT: join(base, 'libs') },
  });
  expect(stdout).toContain('Version');
  const { stdout: used } = await execute('sh', ['-c', `cat ${join(base, 'libs')}.*`]);
  const files = [...used.matchAll(/calling init: (\/\S+)/g)].map(([, file]) => file);
  expect(files.length).toBeGreaterThan(5);
  expect(files.filter((file) => !file?.startsWith(join(base, 'own')))).toEqual([]);
});

test('it is small, and everybody can read it', async (context) => {
  const { path } = engine(context);
  const tree = join(path, '../..');
  const { stdout } = await execute('du', ['-sk', tree]);
  expect(Number.parseInt(stdout, 10)).toBeLessThan(25_000);
  for (const file of ['.', 'bin', 'lib', 'bin/criu'])
    expect((await stat(join(tree, file))).mode & 0o777).toBe(0o755);
});

test('a second install asks nobody and starts nothing', async (context) => {
  const { path } = engine(context);
  const lines: string[] = [];
  const again = await installCriu({ prefix: join(base, 'own'), progress: (line) => lines.push(line) });
  expect(again.path).toBe(path);
  expect(lines).toEqual([expect.stringContaining('is installed already')]);
});

test('it is found in its prefix', async (context) => {
  const { path } = engine(context);
  await mkdir(join(base, 'home'));
  await execute('ln', ['-s', join(base, 'own'), join(base, 'home/engine')]);
  expect(await findCriu({ env: { CRAC_HOME: join(base, 'home') } })).toMatchObject({
    origin: 'installed',
    suitable: true,
  });
  expect((await stat(path)).isFile()).toBe(true);
});

test('two installs at once by a user without privileges: both succeed with one engine', {
  timeout: MINUTES,
}, async (context) => {
  engine(context);
  if (process.geteuid?.() !== 0) context.skip('SKIPPED: only root can become another user');
  const home = join(base, 'nobody');
  await mkdir(home);
  await chown(home, NOBODY, NOBODY);
  const env = { PATH: '/usr/bin:/bin', HOME: home };
  const drop = [
    '--reuid',
    `${NOBODY}`,
    '--regid',
    `${NOBODY}`,
    '--clear-groups',
    '--no-new-privs',
    '--bounding-set',
    '-all',
  ];
  const one = () => execute('setpriv', [...drop, process.execPath, program], { cwd: '/', env });
  const [first, second] = await Promise.all([one(), one()]);
  const { path, version } = JSON.parse(first.stdout) as CriuInstall;
  expect(path).toBe(join(home, `.local/share/node-crac/engine/criu-${version}/bin/criu`));
  expect(JSON.parse(second.stdout)).toEqual(JSON.parse(first.stdout));
  expect(await readdir(join(home, '.local/share/node-crac/engine'))).toEqual([`criu-${version}`]);
  expect((await execute('setpriv', [...drop, path, '--version'], { env })).stdout).toContain(version);
  expect(`${first.stderr}${second.stderr}`).toContain('criu check, without root');
});

test.for(['SIGINT', 'SIGTERM'] as const)(
  'an install that gets %s leaves nothing behind',
  { timeout: MINUTES },
  async (signal, context) => {
    engine(context);
    const home = join(base, signal);
    const child = spawn(process.execPath, [program], {
      env: { ...process.env, CRAC_HOME: home },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise((resolve) => child.on('exit', (_, by) => resolve(by)));
    child.stderr.on('data', (text: Buffer) => {
      if (String(text).includes('asking')) setTimeout(() => child.kill(signal), 300);
    });
    expect(await ended).toBe(signal);
    expect(await readdir(join(home, 'engine'))).toEqual([]);
  },
);

test('an archive that is signed by another key is refused', { timeout: MINUTES }, async (context) => {
  engine(context);
  const distribution = await thisDistribution();
  const [archive] = mainArchives(await readAptSources(), distribution);
  const keys = join(base, 'none.gpg');
  await writeFile(keys, '');
  const root = await AptRoot.create(join(base, 'apt'));
  await expect(
    root.update({ ...(archive as NonNullable<typeof archive>), signedBy: keys }, distribution.codename),
  ).rejects.toThrow(/not signed|NO_PUBKEY|couldn't be verified|not.*verif/i);
});

test('the kernel probe is made once, and CRIU takes it from there', async (context) => {
  const { path } = engine(context);
  const install = engine(context);
  const env = { CRAC_RUNTIME_DIR: join(base, 'run') };
  const kdat = await warmKdat(install, env);
  const made = await stat(kdat as string);
  expect(made.size).toBeGreaterThan(100);
  expect(await warmKdat(install, env)).toBe(kdat);
  const { ino, mtimeMs } = await stat(kdat as string);
  expect({ ino, mtimeMs }).toEqual({ ino: made.ino, mtimeMs: made.mtimeMs });
  if (process.geteuid?.() !== 0) return;
  const script =
    'mount --make-rprivate / && mount -t tmpfs tmpfs /run && cp "$1" /run/criu.kdat && "$2" check -v4 2>&1';
  const { stdout } = await execute('unshare', ['-m', 'sh', '-c', script, 'sh', kdat as string, path]);
  expect(stdout).toContain('Loaded kdat cache from /run/criu.kdat');
});
