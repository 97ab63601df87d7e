import { constants } from 'node:fs';
import { access, readdir, realpath } from 'node:fs/promises';
import { release } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from '../../../base/run.ts';
import { compareVersions } from '../../../base/versions.ts';
import { engineDirectories, systemDirectories } from './directories.ts';
import { type CriuInstall, readInstallRecord } from './install-record.ts';
import { type CriuVersion, kernelNeeds, parseCriuVersion, unsuitable } from './version.ts';

export interface FindOptions {
  /** The path from `--engine criu,path=…`. */
  path?: string;
  env?: NodeJS.ProcessEnv;
  /** The kernel's release as `uname -r` prints it; default: this machine's. */
  kernel?: string;
}

type Origin = CriuInstall['origin'];

function verdict(path: string, origin: Origin, version: CriuVersion, kernel: string): CriuInstall {
  const reason = unsuitable(version.version, kernelNeeds(kernel));
  return {
    path,
    origin,
    ...version,
    suitable: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Asks the program itself, which takes some 5 ms. */
export async function inspect(path: string, origin: Origin, kernel: string): Promise<CriuInstall> {
  const failed = (reason: string): CriuInstall => ({ path, origin, version: '', suitable: false, reason });
  try {
    await access(path, constants.X_OK);
    const { stdout } = await run(path, ['--version'], { seconds: 60 });
    const version = parseCriuVersion(stdout);
    return version
      ? verdict(path, origin, version, kernel)
      : failed('does not answer `--version` as CRIU does');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return failed('there is no such file');
    return failed(code === 'EACCES' ? 'is not executable for this user' : message);
  }
}

/** Returns the engines in one private prefix, newest first. */
export async function installedIn(prefix: string, kernel: string = release()): Promise<CriuInstall[]> {
  const names = await readdir(prefix).catch(() => []);
  const engines = names
    .filter((name) => /^criu-\d[^/]*$/.test(name))
    .sort((a, b) => compareVersions(b.slice(5), a.slice(5)));
  return Promise.all(
    engines.map(async (name) => {
      const directory = join(prefix, name);
      const record = await readInstallRecord(directory);
      if (!record) return inspect(join(directory, 'bin/criu'), 'installed', kernel);
      const { version, gitId, path } = record;
      return verdict(path, 'installed', gitId === undefined ? { version } : { version, gitId }, kernel);
    }),
  );
}

/** Yields every engine there is, in order of preference, found out about only as far as the caller goes on. */
export async function* candidates(options: FindOptions): AsyncGenerator<CriuInstall> {
  const { path, env = process.env, kernel = release() } = options;
  if (path) yield inspect(resolve(path), 'option', kernel);
  if (env.CRAC_CRIU_PATH) yield inspect(resolve(env.CRAC_CRIU_PATH), 'environment', kernel);
  for (const prefix of engineDirectories(env)) yield* await installedIn(prefix, kernel);
  const seen = new Set<string>();
  for (const directory of systemDirectories(env)) {
    const file = await realpath(join(directory, 'criu')).catch(() => undefined);
    if (file === undefined || seen.has(file)) continue;
    seen.add(file);
    yield inspect(join(directory, 'criu'), 'system', kernel);
  }
}
