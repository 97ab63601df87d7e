import { execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { engineDirectories, systemDirectories } from './directories.ts';
import { kernelNeeds, parseCriuVersion, unsuitable } from './version.ts';

const mayExecute = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Returns the versions in a private prefix, which stand in the names of their directories. */
function installedVersions(prefix: string): { path: string; version: string }[] {
  try {
    return readdirSync(prefix)
      .filter((name) => /^criu-\d/.test(name))
      .map((name) => ({ path: join(prefix, name, 'bin/criu'), version: name.slice('criu-'.length) }))
      .filter(({ path }) => mayExecute(path));
  } catch {
    return []; // there is no such directory
  }
}

/** Asks a program of the distribution's for its version, which takes some 5 ms. */
function versionOf(path: string): string | undefined {
  try {
    const text = execFileSync(path, ['--version'], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return parseCriuVersion(text)?.version;
  } catch {
    return undefined; // it does not run here, which the caller says
  }
}

/**
 * Says why there is no CRIU here that can work on this kernel, as far as versions tell; nothing where there is one. `crac run`
 * asks this each time, so a program is started only where nothing but a distribution's CRIU is found, which may be too
 * old. One that the user has named counts, be it there or not. Whether it can work here, `crac checkpoint` and `crac
 * doctor` find out.
 */
export function whyNoCriu(
  environment: NodeJS.ProcessEnv = process.env,
  kernel: string = release(),
): string | undefined {
  if (environment.CRAC_CRIU_PATH) return undefined;
  const needs = kernelNeeds(kernel);
  const rejected: string[] = [];
  for (const { path, version } of engineDirectories(environment).flatMap(installedVersions)) {
    const reason = unsuitable(version, needs);
    if (reason === undefined) return undefined;
    rejected.push(`${path}: ${reason}`);
  }
  for (const path of systemDirectories(environment).map((directory) => join(directory, 'criu'))) {
    if (!mayExecute(path)) continue;
    const version = versionOf(path);
    const reason =
      version === undefined ? 'does not answer `--version` as CRIU does' : unsuitable(version, needs);
    if (reason === undefined) return undefined;
    rejected.push(`${path}: ${reason}`);
  }
  return rejected[0] === undefined
    ? 'there is none; install it (crac engine install)'
    : `${rejected[0]}; install a newer one (crac engine install)`;
}
