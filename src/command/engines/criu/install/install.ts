import { existsSync, rmSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { release } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { onInterrupt } from '../../../base/interrupt.ts';
import { endRunning, run } from '../../../base/run.ts';
import { downloadWithApt } from './apt-download.ts';
import { assemble } from './assemble.ts';
import { inspect, installedIn } from './candidates.ts';
import { checkReport } from './check.ts';
import { installPrefix } from './directories.ts';
import { EngineInstallError } from './errors.ts';
import { type CriuInstall, readInstallRecord, writeInstallRecord } from './install-record.ts';
import { withoutApt } from './other-package-managers.ts';
import { kernelNeeds, parseCriuVersion } from './version.ts';

export interface InstallOptions {
  /** The directory where engines are installed; each gets a directory of its own in it. */
  prefix?: string;
  progress: (line: string) => void;
}

/**
 * Brings a CRIU that can work on this kernel into a private prefix; quick if it is there already. Two at once do the
 * work twice and the rename decides; until then nothing stands under the final name.
 * @throws EngineInstallError
 */
export async function installCriu(options: InstallOptions): Promise<CriuInstall> {
  const { progress } = options;
  const prefix = resolve(options.prefix ?? installPrefix());
  const present = (await installedIn(prefix)).find(({ suitable }) => suitable);
  if (present) {
    progress(`CRIU ${present.version} is installed already: ${present.path}`);
    return present;
  }
  if (!(await hasApt())) throw withoutApt(kernelNeeds(release()));
  const partial = join(prefix, `criu.partial-${process.pid}-${Date.now()}`);
  const stop = removeWhenStopped(partial);
  try {
    await makeDirectories(partial);
    await removeOldPartials(prefix);
    const path = await build(partial, prefix, progress);
    const install = await inspect(path, 'installed', release());
    if (!install.suitable) throw new Error(`${path}: ${install.reason}`);
    progress(await checkReport(path));
    progress(`installed CRIU ${install.version}: ${path}`);
    return install;
  } catch (error) {
    throw error instanceof EngineInstallError ? error : failure(error as NodeJS.ErrnoException, prefix);
  } finally {
    stop();
    await rm(partial, { recursive: true, force: true });
  }
}

const hasApt = (): Promise<boolean> =>
  run('apt-get', ['--version']).then(
    () => true,
    () => false,
  );

async function build(partial: string, prefix: string, progress: (line: string) => void): Promise<string> {
  const {
    suite,
    version: expected,
    packages,
  } = await downloadWithApt(join(partial, 'apt'), kernelNeeds(release()), progress);
  progress(`unpacking ${packages.length} packages`);
  const final = join(prefix, `criu-${expected}`);
  const tree = join(partial, 'tree');
  const [file = '', ...args] = await assemble(packages, join(partial, 'root'), tree, final);
  const version = parseCriuVersion((await run(file, [...args, '--version'])).stdout);
  if (!version) throw new Error('the unpacked criu does not answer `--version`');
  const path = join(final, 'bin/criu');
  const { size, mtimeMs } = await stat(join(tree, 'bin/criu'));
  const names = packages.map((name) => basename(name, '.deb')).sort();
  await writeInstallRecord(tree, { ...version, path, size, mtimeMs, suite, packages: names });
  await publish(tree, final, join(partial, 'replaced'));
  return path;
}

/** Puts the tree under its name; what stands there already wins if it is whole: another install was quicker. */
async function publish(tree: string, final: string, aside: string): Promise<void> {
  if (await readInstallRecord(final)) return;
  await rename(final, aside).catch(() => {});
  try {
    await rename(tree, final);
  } catch (error) {
    if (!(await readInstallRecord(final))) throw error;
  }
}

/** Makes directories that everybody can read, whatever the umask is. */
async function makeDirectories(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  for (let made = path; first !== undefined && made.length >= first.length; made = dirname(made))
    await chmod(made, 0o755);
}

/** Removes directories that killed installs left. Their PID may be of another namespace: only old ones are removed. */
async function removeOldPartials(prefix: string): Promise<void> {
  for (const name of await readdir(prefix)) {
    const pid = /^criu\.partial-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    const { mtimeMs } = await stat(join(prefix, name)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > 3_600_000) await rm(join(prefix, name), { recursive: true, force: true });
  }
}

/** @returns a function that takes the handlers away again */
function removeWhenStopped(directory: string): () => void {
  const forget = onInterrupt((signal) => {
    forget();
    endRunning();
    try {
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    } finally {
      process.kill(process.pid, signal);
    }
  });
  return forget;
}

function failure(error: NodeJS.ErrnoException, prefix: string): EngineInstallError {
  const refused = error.code === 'EACCES' || error.code === 'EROFS' || error.code === 'EPERM';
  const advice = refused
    ? `${prefix} cannot be written: set CRAC_HOME to a directory of yours, or run it as root.`
    : 'Try again; or install CRIU in another way and set CRAC_CRIU_PATH to it.';
  return new EngineInstallError('failed', error.message, advice, { cause: error });
}
