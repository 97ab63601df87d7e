import { spawnSync } from 'node:child_process';

const has = (command: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;

/**
 * Makes sure that a command is there, from Debian's package where it is not.
 *
 * @returns why it is not; empty where it is. Meant for `test.skipIf(reason)` and the test's name.
 */
export function missing(command: string, debianPackage = command): string {
  if (has(command)) return '';
  if (process.getuid?.() !== 0 || !has('apt-get'))
    return `needs ${command}: apt-get install ${debianPackage}`;
  const install = ['install', '-y', '-qq', '--no-install-recommends', debianPackage];
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [install, ['update', '-qq'], install]) {
    spawnSync('apt-get', args, { stdio: 'ignore', env: environment });
    if (has(command)) return '';
  }
  return `needs ${command}, and apt-get cannot get ${debianPackage}`;
}
